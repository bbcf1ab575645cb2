// From what a user types to the session that is meant.

import type { Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { safeLabel } from "@vibecraft/shared/safe-text"
import { paneLabel, projectName, sessionLabel } from "@vibecraft/shared/session-label"
import { CommandError } from "./command-error.ts"

/** The session meant, and the conversation where one was named. */
export interface Found {
  readonly session: Session
  /** What to ask the daemon for: the session's id, or the conversation's when that was what the user gave. */
  readonly id: string
}

/**
 * Finds by session id, conversation id, name (as `ls` shows it, case does not matter), project or pane (as `ls` shows them), or the start of an id
 * that fits one session alone. What comes first here wins. Throws CommandError when none fits or several do.
 */
export function findSession(sessions: readonly Session[], text: string): Found {
  for (const session of sessions) if (session.id === text) return { session, id: session.id }
  for (const session of sessions) if (conversationsOf(session).includes(text)) return { session, id: text }
  const wanted = text.toLowerCase()
  const named = sessions.filter((session) => session.name === text || sessionLabel(session).toLowerCase() === wanted)
  const seated = sessions.filter((session) => projectName(session) === text || paneLabel(session.pane) === text)
  const meant = named.length > 0 ? named : seated
  const fitting = text !== "" && meant.length > 0 ? meant.map((session) => ({ session, id: session.id })) : byStart(sessions, text)
  const [found] = fitting
  if (found === undefined) throw new CommandError(`no session is called "${safeLabel(text, 60)}"; see vibecraft ls --all`)
  if (fitting.length === 1) return found
  const candidates = fitting.slice(0, 5).map(({ session }) => `${session.id} (${safeLabel(sessionLabel(session), 30)})`)
  throw new CommandError(
    `"${safeLabel(text, 60)}" fits ${fitting.length} sessions: ${candidates.join(", ")}${fitting.length > 5 ? ", …" : ""}`,
  )
}

function byStart(sessions: readonly Session[], text: string): Found[] {
  if (text === "") return []
  return sessions.flatMap((session) => {
    if (session.id.startsWith(text)) return [{ session, id: session.id }]
    return conversationsOf(session)
      .filter((id) => id.startsWith(text))
      .map((id) => ({ session, id }))
  })
}

function conversationsOf(session: Session): string[] {
  return [...(session.conversationId === undefined ? [] : [session.conversationId]), ...session.earlierConversationIds]
}
