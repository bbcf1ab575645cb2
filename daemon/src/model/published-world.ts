// What the world shows to those who serve it. The messages are the contract's own, so what is published here is what clients get.

import type { FirstRead, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { Hierarchy } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import type { Session, StatusChange } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import type { PublishedRow } from "./rows/published-row.ts"

/** What changed since a subscriber last heard: ids, never values. */
export interface Dirty {
  readonly sessionIds: ReadonlySet<string>
  readonly conversationIds: ReadonlySet<string>
  /** Sessions at the top of trees that changed. */
  readonly treeIds: ReadonlySet<string>
  readonly firstRead: boolean
}

export interface PublishedWorld {
  /** Sessions in scope: those that need a person first, then live, then offline, then ended. */
  sessions(scope: Scope): readonly Session[]
  /** By its own id, or by the id of a conversation it is or was in. */
  session(id: string): Session | undefined
  /** The last changes of a session's status, latest first; empty where there is no such session. */
  statusChanges(id: string): readonly StatusChange[]
  /** Marks a session as seen and answers it as it is then; undefined where there is none. */
  markSeen(id: string): Session | undefined
  /** Whether a session belongs to a scope now. */
  sessionInScope(id: string, scope: Scope): boolean
  /** One row per conversation, in the order of `sessions`. */
  metrics(scope: Scope): readonly PublishedRow[]
  /** The rows of a session, or the one of a conversation; undefined when the id is not known. */
  metricsOf(id: string): readonly PublishedRow[] | undefined
  /** The row of one conversation. */
  metricsRow(conversationId: string): PublishedRow | undefined
  /** Whether a conversation's row belongs to a scope now. */
  conversationInScope(conversationId: string, scope: Scope): boolean
  /** The trees that sessions in a scope are in, in the order of `sessions` by the first of them. */
  trees(scope: Scope): readonly Hierarchy[]
  /** Whether one of the sessions of a tree is in a scope now. */
  treeInScope(rootId: string, scope: Scope): boolean
  /** The session at the top of the tree that a session, a conversation or a node is in; undefined when the id is not known. */
  treeRoot(id: string): string | undefined
  /** The tree of a session at the top; undefined where it is not. */
  tree(rootId: string): Hierarchy | undefined
  firstRead(): FirstRead
  /** Calls back after each change with what it touched, synchronously; the sets are valid during the call. */
  subscribe(listener: (dirty: Dirty) => void): () => void
}
