// Of which agent team a session is a member, as its transcript says or else its arguments.

import type { ConversationSeen } from "../domain/facts.ts"
import type { Conversation } from "./conversation.ts"
import type { SessionState } from "./session-state.ts"

/** Both absent for one that is no member. */
export type Membership = { readonly [K in "teamName" | "memberName"]?: ConversationSeen[K] | undefined }

export function membershipOf({ process }: SessionState, conversation: Conversation | undefined): Membership {
  const meta = conversation?.meta
  return meta?.memberName === undefined ? (process?.membership ?? {}) : meta
}

/** Who is no member may lead a team, and is like any other. */
export function isSameMember(one: Membership = {}, other: Membership = {}): boolean {
  return one.memberName === other.memberName && (one.memberName === undefined || one.teamName === other.teamName)
}
