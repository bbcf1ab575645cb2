// What to call a session and its parts in one line. All texts returned are safe to show.

import { safeText } from "./safe-text.ts"
import type { CurrentTool, Pane, Session } from "./gen/vibecraft/v1/session_pb.ts"
import { agentWord } from "./status-words.ts"

/** Its name, else its title, else project and pane, else agent and the start of its id. Never empty. */
export function sessionLabel(session: Session): string {
  const named = safeText(session.name) || safeText(session.title ?? "")
  if (named !== "") return named
  const project = projectName(session)
  const pane = paneLabel(session.pane)
  if (project !== "" || pane !== "") return [project, pane].filter((part) => part !== "").join(" ")
  return `${agentWord(session.agent)} ${safeText(session.conversationId ?? session.id).slice(0, 8)}`.trim()
}

/** Last part of the working folder; empty while unknown, "/" for the root. */
export function projectName(session: Pick<Session, "cwd">): string {
  const cwd = safeText(session.cwd ?? "")
  return cwd.split("/").findLast((part) => part !== "") ?? (cwd === "" ? "" : "/")
}

/**
 * "main:2.1" as tmux writes it (session, window, pane), and "main:2.1@work" on any server but the default one; the pane's id where the session's
 * name is not known; empty outside tmux.
 */
export function paneLabel(pane: Pick<Pane, "sessionName" | "windowIndex" | "paneIndex" | "paneId" | "socket"> | undefined): string {
  if (pane === undefined) return ""
  const name = safeText(pane.sessionName)
  const server = safeText(pane.socket.slice(pane.socket.lastIndexOf("/") + 1))
  const place = name === "" ? safeText(pane.paneId) : `${name}:${pane.windowIndex}.${pane.paneIndex}`
  return server === "" || server === "default" ? place : `${place}@${server}`
}

/** "Bash npm test", with "+2" behind it where two more run; empty when none runs. */
export function toolLabel(tool: CurrentTool | undefined): string {
  if (tool === undefined) return ""
  const parts = [safeText(tool.name), safeText(tool.target ?? "")]
  if (tool.running > 1) parts.push(`+${tool.running - 1}`)
  return parts.filter((part) => part !== "").join(" ")
}

/** A model's name without the vendor's prefix and the date: "opus-4-5" for "claude-opus-4-5-20251101". Empty while unknown. */
export function modelLabel(model: string | undefined): string {
  const name = safeText(model ?? "")
  return name.replace(/^claude-(?=.)/, "").replace(/-20\d{6}$/, "")
}
