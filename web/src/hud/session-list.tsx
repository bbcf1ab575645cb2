/** The list of sessions: the accessible twin of the world, in the daemon's order, for keyboard first. */
import type { Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { formatAge } from "@vibecraft/shared/format-duration"
import { formatCost } from "@vibecraft/shared/format-money"
import { formatPercent } from "@vibecraft/shared/format-ratio"
import { safeText } from "@vibecraft/shared/safe-text"
import { modelLabel, projectName, sessionLabel, toolLabel } from "@vibecraft/shared/session-label"
import { agentWord, statusWord } from "@vibecraft/shared/status-words"
import type { JSX } from "preact"
import { useEffect, useRef } from "preact/hooks"
import { filterSessions } from "../state/session-filter.ts"
import { sumMetrics } from "../state/totals.ts"
import { rowElementId } from "./row-id.ts"
import type { Page } from "./page.ts"
import { StatusIcon } from "./status-icon.tsx"

/** The list with its filter. */
export function SessionList({ page }: { readonly page: Page }): JSX.Element {
  const { fleet, view } = page
  const sessions = filterSessions(fleet.sessions.value, view.filter.value)
  const cursorId = view.cursorId.value
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => {
    if (cursorId !== undefined) document.getElementById(rowElementId(cursorId))?.scrollIntoView({ block: "nearest" })
  }, [cursorId])
  return (
    <section class="sessions" aria-label="Sessions">
      <div class="search">
        <input
          id="filter"
          type="search"
          placeholder="Filter sessions"
          aria-label="Filter sessions"
          autocomplete="off"
          spellcheck={false}
          value={view.filter.value}
          onInput={(event) => {
            view.filter.value = event.currentTarget.value
          }}
        />
        <kbd aria-hidden="true">/</kbd>
      </div>
      <ul
        ref={list}
        id="sessions"
        class="rows"
        role="listbox"
        tabIndex={0}
        aria-label="Sessions, those that need you first"
        {...(cursorId === undefined ? {} : { "aria-activedescendant": rowElementId(cursorId) })}
      >
        {sessions.map((session) => (
          <SessionRow key={session.id} session={session} page={page} />
        ))}
      </ul>
      {sessions.length === 0 && <EmptyList page={page} />}
    </section>
  )
}

function SessionRow({ session, page }: { readonly session: Session; readonly page: Page }): JSX.Element {
  const { fleet, view, nowMs } = page
  const { word, needsYou, live } = statusWord(session.status)
  const selected = view.selectedId.value === session.id
  const rows = fleet.metricsOf(session)
  const reason = session.unread ? `${safeText(session.statusReason)}, unread` : safeText(session.statusReason)
  const doing = (live && !needsYou && toolLabel(session.currentTool)) || reason
  const context = session.contextUsedRatio
  return (
    <li
      id={rowElementId(session.id)}
      role="option"
      aria-selected={selected}
      class={`row is-${word}${needsYou ? " needs-you" : ""}${session.unread ? " is-unread" : ""}${live ? "" : " not-live"}${view.cursorId.value === session.id ? " is-cursor" : ""}`}
      onClick={() => page.actions.select(selected ? undefined : session.id)}
    >
      <StatusIcon status={session.status} />
      <div class="row-line">
        <span class="row-name" title={sessionLabel(session)}>
          {sessionLabel(session)}
        </span>
        <span class="row-cost">{rows.length > 0 ? formatCost(sumMetrics(rows).cost) : ""}</span>
      </div>
      <div class="row-line">
        <span class="row-status">
          <b>{word}</b>
          {session.slow && <span class="slow-mark"> slow</span>}
          {doing !== "" && doing.toLowerCase() !== word && <span title={doing}> {doing}</span>}
        </span>
        <span class="row-age" title="in this status">
          {formatAge(session.statusSinceTime, nowMs.value)}
        </span>
      </div>
      <div class="row-line">
        <span class="row-where">
          {[projectName(session), agentWord(session.agent), modelLabel(session.model)].filter((part) => part !== "").join(" · ")}
        </span>
        <span class="row-context">{context === undefined ? "" : `${formatPercent(context)} context`}</span>
      </div>
    </li>
  )
}

function EmptyList({ page }: { readonly page: Page }): JSX.Element {
  const { fleet, view } = page
  if (view.filter.value !== "") return <p class="empty">No session matches.</p>
  if (!fleet.loaded.value) return <p class="empty">Asking the daemon.</p>
  return (
    <p class="empty">
      No agents yet. Start <code>claude</code> or <code>codex</code> in a terminal: it appears here by itself.
    </p>
  )
}
