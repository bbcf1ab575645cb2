// What to call a session: its own name, else its name in its team, else its title, else its project and pane.

import { paneLabel } from "@vibecraft/shared/session-label"
import type { Conversation } from "./conversation.ts"
import { membershipOf } from "./membership.ts"
import type { SessionState } from "./session-state.ts"

export function sessionTitle(session: SessionState, conversation: Conversation | undefined): string | undefined {
  const registry = session.process?.registry
  return present(conversation?.meta.title) ?? (registry?.nameSource === "derived" ? present(registry.name) : undefined)
}

export function sessionName(session: SessionState, conversation: Conversation | undefined): string {
  const registry = session.process?.registry
  const own = registry?.nameSource === "derived" ? undefined : present(registry?.name)
  const given = own ?? present(conversation?.meta.ownName) ?? present(membershipOf(session, conversation).memberName)
  return given ?? sessionTitle(session, conversation) ?? seatName(session, conversation)
}

function seatName(session: SessionState, conversation: Conversation | undefined): string {
  const cwd = session.process?.cwd ?? conversation?.meta.cwd
  const project = cwd === undefined ? undefined : (present(cwd.slice(cwd.lastIndexOf("/") + 1)) ?? "/")
  const pane = session.process?.pane
  const seat = pane === undefined ? seatOutsideTmux(session) : paneLabel(pane)
  return project === undefined ? seat : `${project} ${seat}`
}

function seatOutsideTmux(session: SessionState): string {
  const { process } = session
  return process === undefined ? shortId(session.conversationId ?? session.id) : `${process.command} ${process.pid}`
}

/** Eight characters that tell ids apart: a version 7 UUID begins with its time, which neighbours share, and ends at random. */
function shortId(id: string): string {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-7/i.test(id) ? id.slice(-8) : id.slice(0, 8)
}

function present(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === "" ? undefined : text
}

/** What to call a conversation by itself: the name a person gave, else its title, else its folder and the start of its id. */
export function conversationName(id: string, conversation: Conversation | undefined): string {
  const { ownName, title, cwd } = conversation?.meta ?? {}
  const project = cwd === undefined ? undefined : present(cwd.slice(cwd.lastIndexOf("/") + 1))
  return present(ownName) ?? present(title) ?? (project === undefined ? shortId(id) : `${project} ${shortId(id)}`)
}
