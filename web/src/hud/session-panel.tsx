/** Everything about the chosen session: what it does, what it used, cost and took, and how each fact is known. */
import type { Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { Confidence, type Evidence } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { formatAge, formatDuration } from "@vibecraft/shared/format-duration"
import { formatPercent } from "@vibecraft/shared/format-ratio"
import { safeText } from "@vibecraft/shared/safe-text"
import { modelLabel, paneLabel, sessionLabel, toolLabel } from "@vibecraft/shared/session-label"
import { agentWord, roleWord, statusWord } from "@vibecraft/shared/status-words"
import type { JSX } from "preact"
import { SessionFigures } from "./session-figures.tsx"
import type { Page } from "./page.ts"
import { StatusIcon } from "./status-icon.tsx"

/** Nothing while no session is chosen. */
export function SessionPanel({ page }: { readonly page: Page }): JSX.Element | null {
  const { fleet, view } = page
  void fleet.sessions.value
  const id = view.selectedId.value
  const session = id === undefined ? undefined : fleet.session(id)
  if (!session) return null
  const label = sessionLabel(session)
  return (
    <aside class="panel" aria-label={`Session ${label}`} data-session={session.id}>
      <div class={`panel-head is-${statusWord(session.status).word}`}>
        <StatusIcon status={session.status} />
        <h2 title={label}>{label}</h2>
        <button type="button" class="close" aria-label="Close" onClick={() => page.actions.select(undefined)}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="m4 4 8 8m0-8-8 8" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" />
          </svg>
        </button>
        <StatusLine session={session} page={page} />
      </div>
      <div class="panel-body">
        <Facts session={session} page={page} />
        <SessionFigures rows={fleet.metricsOf(session)} known={session.conversationId !== undefined} />
        <EvidenceList evidence={session.evidence} page={page} />
      </div>
    </aside>
  )
}

function StatusLine({ session, page }: { readonly session: Session; readonly page: Page }): JSX.Element {
  const { word } = statusWord(session.status)
  const reason = safeText(session.statusReason)
  const guess = session.statusConfidence === Confidence.GUESS || session.statusConfidence === Confidence.LIKELY
  const tool = toolLabel(session.currentTool)
  return (
    <>
      <p class="panel-status">
        <b>{word}</b>
        {reason !== "" && reason.toLowerCase() !== word && <span>{reason}</span>}
        <span class="age">{formatAge(session.statusSinceTime, page.nowMs.value)}</span>
        {guess && <span class="guess">{session.statusConfidence === Confidence.GUESS ? "a guess" : "likely"}</span>}
      </p>
      {tool !== "" && (
        <p class="panel-tool">
          <code title={tool}>{tool}</code>
          <span class="age">{formatAge(session.currentTool?.startedTime, page.nowMs.value)}</span>
        </p>
      )}
    </>
  )
}

function Facts({ session, page }: { readonly session: Session; readonly page: Page }): JSX.Element {
  const context = session.contextUsedRatio
  const facts: readonly (readonly [string, string])[] = [
    ["agent", [agentWord(session.agent), safeText(session.agentVersion ?? ""), roleWord(session.role)].filter(Boolean).join(" · ")],
    ["model", modelLabel(session.model)],
    ["title", safeText(session.title ?? "") === sessionLabel(session) ? "" : safeText(session.title ?? "")],
    ["folder", safeText(session.cwd ?? "")],
    ["branch", safeText(session.gitBranch ?? "")],
    ["pane", paneLabel(session.pane)],
    ["process", session.pid === undefined ? "" : `${safeText(session.command)} ${session.pid}`.trim()],
    ["started", session.startedTime ? `${formatAge(session.startedTime, page.nowMs.value)} ago` : ""],
    ["subagents", session.activeSubagents > 0 ? `${session.activeSubagents} at work` : ""],
  ]
  return (
    <section>
      <div class="context">
        <span>context window</span>
        <b>{context === undefined ? "not known" : formatPercent(context)}</b>
        <progress
          {...(context === undefined ? { value: 0 } : { value: context })}
          max={1}
          class={context !== undefined && context > 0.85 ? "is-full" : ""}
        />
      </div>
      <dl class="facts">
        {facts.map(
          ([name, value]) =>
            value !== "" && (
              <div key={name}>
                <dt>{name}</dt>
                <dd title={value}>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </section>
  )
}

function EvidenceList({ evidence, page }: { readonly evidence: readonly Evidence[]; readonly page: Page }): JSX.Element | null {
  if (evidence.length === 0) return null
  return (
    <section>
      <h3>How this is known</h3>
      <ul class="evidence">
        {evidence.map((each, index) => (
          <li key={index}>
            <b>{safeText(each.field).replaceAll("_", " ")}</b>
            <span class="source">{safeText(each.source)}</span>
            <span class="detail">{safeText(each.detail)}</span>
            <span class="age">
              {each.confidence === Confidence.GUESS ? "a guess, " : each.confidence === Confidence.LIKELY ? "likely, " : ""}
              {each.seenTime ? `${formatDuration(Math.max(0, page.nowMs.value - Number(each.seenTime.seconds) * 1000))} ago` : ""}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
