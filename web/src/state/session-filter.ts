/** Which sessions a typed filter leaves: every word must be found somewhere in what a person knows of a session. */
import type { Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { modelLabel, paneLabel, sessionLabel } from "@vibecraft/shared/session-label"
import { agentWord, roleWord, statusWord } from "@vibecraft/shared/status-words"

/** The sessions that match, in their order. An empty filter matches all. */
export function filterSessions(sessions: readonly Session[], filter: string): readonly Session[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "")
  if (words.length === 0) return sessions
  return sessions.filter((session) => {
    const text = [
      sessionLabel(session),
      session.title ?? "",
      session.cwd ?? "",
      session.gitBranch ?? "",
      modelLabel(session.model),
      paneLabel(session.pane),
      agentWord(session.agent),
      roleWord(session.role),
      statusWord(session.status).word,
      session.statusReason,
      session.currentTool?.name ?? "",
      session.currentTool?.target ?? "",
      session.id,
      session.conversationId ?? "",
    ]
      .join("\n")
      .toLowerCase()
    return words.every((word) => text.includes(word))
  })
}
