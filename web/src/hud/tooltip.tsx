/** The headline numbers of the zone under the pointer. */
import { Clock } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { formatLatency } from "@vibecraft/shared/format-duration"
import { formatCost } from "@vibecraft/shared/format-money"
import { formatPercent } from "@vibecraft/shared/format-ratio"
import { formatTokens } from "@vibecraft/shared/format-tokens"
import { safeText } from "@vibecraft/shared/safe-text"
import { sessionLabel, toolLabel } from "@vibecraft/shared/session-label"
import { statusWord } from "@vibecraft/shared/status-words"
import type { JSX } from "preact"
import type { Page } from "./page.ts"
import { StatusIcon } from "./status-icon.tsx"

const WIDTH = 252
const HEIGHT = 132

/** Nothing while the pointer is over no zone. */
export function Tooltip({ page }: { readonly page: Page }): JSX.Element | null {
  const { fleet, view } = page
  void fleet.sessions.value
  const hovered = view.hovered.value
  const session = hovered && fleet.session(hovered.id)
  if (!hovered || !session || hovered.id === view.selectedId.value) return null
  const row = fleet.metricsOf(session)[0]
  const tool = row?.latency.find((latency) => latency.clock === Clock.TOOL)
  const reason = safeText(session.statusReason)
  const doing = toolLabel(session.currentTool) || reason
  return (
    <div
      class="tooltip"
      role="presentation"
      style={{
        left: `${Math.min(hovered.x + 18, window.innerWidth - WIDTH - 12)}px`,
        top: `${Math.min(hovered.y + 18, window.innerHeight - HEIGHT - 12)}px`,
      }}
    >
      <p class={`is-${statusWord(session.status).word}`}>
        <StatusIcon status={session.status} />
        <b>{sessionLabel(session)}</b>
      </p>
      <p class="tooltip-doing">
        {statusWord(session.status).word}
        {doing && ` · ${doing}`}
      </p>
      {row && (
        <dl>
          <div>
            <dt>cost</dt>
            <dd>{formatCost(row.cost)}</dd>
          </div>
          <div>
            <dt>tokens</dt>
            <dd>{formatTokens(row.tokens?.total ?? 0n)}</dd>
          </div>
          <div>
            <dt>tool p95</dt>
            <dd>{tool ? formatLatency(tool.p95Ms) : "–"}</dd>
          </div>
          <div>
            <dt>errors</dt>
            <dd>{row.errorRate === undefined ? "–" : formatPercent(row.errorRate)}</dd>
          </div>
        </dl>
      )}
    </div>
  )
}
