/** The top line: how many sessions do what, what they used together, and how the line to the daemon is. */
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { formatFirstRead } from "@vibecraft/shared/format-first-read"
import { formatCost, formatCostLong } from "@vibecraft/shared/format-money"
import { formatTokens } from "@vibecraft/shared/format-tokens"
import { safeText } from "@vibecraft/shared/safe-text"
import { statusWord } from "@vibecraft/shared/status-words"
import type { JSX } from "preact"
import { sumMetrics } from "../state/totals.ts"
import type { Page } from "./page.ts"
import { StatusIcon } from "./status-icon.tsx"

const COUNTED = [Status.WAITING, Status.STALLED, Status.WORKING, Status.STARTING, Status.IDLE, Status.UNKNOWN, Status.OFFLINE] as const

/** The header. */
export function Header({ page }: { readonly page: Page }): JSX.Element {
  const { fleet, view } = page
  const sessions = fleet.sessions.value
  const counts = COUNTED.map((status) => ({ status, count: sessions.filter((session) => session.status === status).length }))
  const host = safeText(sessions[0]?.host?.name ?? "")
  const totals = sumMetrics(fleet.metrics())
  const line = view.line.value
  return (
    <header class="header">
      <div class="brand">
        <svg viewBox="0 0 64 64" aria-hidden="true">
          <path d="M32 5 55.4 18.5v27L32 59 8.6 45.5v-27z" fill="#111b2e" stroke="#22d3ee" stroke-width="3.6" stroke-linejoin="round" />
          <path d="M22 24l10 20 10-20" fill="none" stroke="#eaf1fb" stroke-width="5" stroke-linecap="round" stroke-linejoin="round" />
        </svg>
        <h1>Vibecraft</h1>
        {host && <span class="brand-host">{host}</span>}
      </div>
      <ul class="counts" aria-label="Sessions by status">
        {counts.map(
          ({ status, count }) =>
            count > 0 && (
              <li key={status} class={`count is-${statusWord(status).word}`}>
                <StatusIcon status={status} />
                <b>{count}</b> <span>{statusWord(status).word}</span>
              </li>
            ),
        )}
      </ul>
      <dl class="totals" title="Sums over the conversations of the last 24 hours and all live ones">
        <div>
          <dt>tokens</dt>
          <dd>{formatTokens(totals.tokens)}</dd>
        </div>
        <div>
          <dt>cost</dt>
          <dd title={formatCostLong(totals.cost)}>{formatCost(totals.cost)}</dd>
        </div>
      </dl>
      <div class={`line is-${line.kind}`} data-line={line.kind}>
        <i aria-hidden="true" />
        {line.kind}
      </div>
      <FirstReadBar page={page} />
    </header>
  )
}

function FirstReadBar({ page }: { readonly page: Page }): JSX.Element | null {
  const firstRead = page.fleet.firstRead.value
  const text = formatFirstRead(firstRead)
  if (!firstRead || text === undefined) return null
  const total = Number(firstRead.bytesTotal)
  return (
    <div class="first-read" role="status">
      <progress {...(total > 0 ? { value: Number(firstRead.bytesRead) / total } : {})} max={1} />
      <span>{text}</span>
    </div>
  )
}
