/** A card for each session that was just discovered: what it is and how it was found. It leaves by itself. */
import type { Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { toMs } from "@vibecraft/shared/format-duration"
import { safeText } from "@vibecraft/shared/safe-text"
import { paneLabel, projectName, sessionLabel } from "@vibecraft/shared/session-label"
import { agentWord } from "@vibecraft/shared/status-words"
import type { JSX } from "preact"
import type { Page } from "./page.ts"

const SHOWN_MS = 7000
const MOST = 3

/** The last few discoveries. */
export function DiscoveryCards({ page }: { readonly page: Page }): JSX.Element {
  const { fleet, view, nowMs } = page
  const cards = view.discoveries.value
    .filter(({ atMs }) => nowMs.value - atMs < SHOWN_MS)
    .slice(-MOST)
    .flatMap(({ sessionId }) => fleet.session(sessionId) ?? [])
  return (
    <div class="cards">
      {cards.map((session) => (
        <button key={session.id} type="button" class="card" onClick={() => page.actions.select(session.id)}>
          <span class="card-kicker">new session</span>
          <b>{sessionLabel(session)}</b>
          <span>{[agentWord(session.agent), projectName(session)].filter(Boolean).join(" in ")}</span>
          <span class="card-found">{howFound(session)}</span>
        </button>
      ))}
    </div>
  )
}

/** "found by tmux main:2.1, registry, process · 0.3 s after its start". */
function howFound(session: Session): string {
  const pane = paneLabel(session.pane)
  const sources = [...new Set(session.evidence.map((each) => safeText(each.source)))].filter(
    (source) => source !== "" && source !== "clock",
  )
  const named = sources.map((source) => (source === "tmux" && pane !== "" ? `tmux ${pane}` : source))
  const found = named.length > 0 ? `found by ${named.join(", ")}` : pane
  if (!session.startedTime || !session.discoveredTime) return found
  const afterMs = toMs(session.discoveredTime) - toMs(session.startedTime)
  return afterMs >= 0 && afterMs < 60_000 ? `${found} · ${(afterMs / 1000).toFixed(1)} s after its start` : found
}
