// What facts and time have touched since subscribers were last told, and who they are.

import type { Dirty } from "./published-world.ts"
import type { Roster, Touch } from "./roster.ts"

export class DirtyBook implements Touch {
  readonly #listeners = new Set<(dirty: Dirty) => void>()
  #sessionIds = new Set<string>()
  #conversationIds = new Set<string>()

  get sessionIds(): ReadonlySet<string> {
    return this.#sessionIds
  }

  get conversationIds(): ReadonlySet<string> {
    return this.#conversationIds
  }

  readonly session = ({ id }: { readonly id: string }): void => void this.#sessionIds.add(id)

  readonly conversation = (id: string): void => void this.#conversationIds.add(id)

  /** A conversation, and the sessions that are in it. */
  seated(conversationId: string, roster: Roster): void {
    this.conversation(conversationId)
    for (const session of roster.sessionsIn(conversationId)) this.session(session)
  }

  subscribe(listener: (dirty: Dirty) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Hands over what is touched and begins anew. */
  take(): Pick<Dirty, "sessionIds" | "conversationIds"> {
    const taken = { sessionIds: this.#sessionIds, conversationIds: this.#conversationIds }
    this.#sessionIds = new Set()
    this.#conversationIds = new Set()
    return taken
  }

  tell(dirty: Dirty): void {
    for (const listener of this.#listeners) listener(dirty)
  }
}
