// A client's copy of the daemon's sessions, kept by applying the messages of a session watch.
// It knows nothing of transports and nothing of drawing, so a page, a terminal and a test use the same one.

import type { FirstRead } from "./gen/vibecraft/v1/common_pb.ts"
import { NodeKind } from "./gen/vibecraft/v1/hierarchy_pb.ts"
import { Status, type Session } from "./gen/vibecraft/v1/session_pb.ts"
import type { Hierarchy, HierarchyUpdated, WatchSessionsResponse } from "./gen/vibecraft/v1/session_service_pb.ts"
import { compareNeedsYou } from "./needs-you-order.ts"

/** Sessions by id. Messages are idempotent: applying one twice leaves the same replica. */
export class SessionReplica {
  #byId = new Map<string, Session>()
  #trees = new Map<string, Hierarchy>()
  /** Of each session in a tree. */
  #rootIds = new Map<string, string>()
  #sorted: readonly Session[] | undefined
  #firstRead: FirstRead | undefined
  #daemonVersion = ""

  /**
   * Applies one message and answers the ids it touched: new, changed and gone ones (`get` answers undefined for the gone).
   * A snapshot replaces everything and so touches all ids, those before and those after. Empty for heartbeats and first-read news.
   */
  apply(message: WatchSessionsResponse): ReadonlySet<string> {
    const { event } = message
    switch (event.case) {
      case "snapshot": {
        const touched = new Set(this.#byId.keys())
        this.#byId = new Map()
        this.#trees = new Map()
        this.#rootIds = new Map()
        this.#firstRead = event.value.firstRead
        this.#daemonVersion = event.value.daemonVersion
        this.#sorted = undefined
        return this.#upsert(event.value.sessions, touched)
      }
      case "discovered":
      case "updated":
        return this.#upsert(event.value.sessions, new Set())
      case "ended":
        return this.#remove(event.value.sessionIds)
      case "hierarchy":
        return this.#replant(event.value)
      case "firstRead":
        this.#firstRead = event.value
        return new Set()
      default:
        return new Set()
    }
  }

  /** The sessions, those that need a person first. The same array until something changes. */
  sessions(): readonly Session[] {
    this.#sorted ??= [...this.#byId.values()].sort(compareNeedsYou)
    return this.#sorted
  }

  /** The trees, in the order of `sessions` by the first of theirs. Empty where the watch did not ask for them. */
  trees(): readonly Hierarchy[] {
    const rootIds = new Set(this.sessions().map(({ id }) => this.#rootIds.get(id) ?? id))
    return [...rootIds].flatMap((id) => this.#trees.get(id) ?? [])
  }

  /** The trees, those too that have none of the sessions that are followed. */
  allTrees(): readonly Hierarchy[] {
    return [...this.#trees.values()]
  }

  get(id: string): Session | undefined {
    return this.#byId.get(id)
  }

  get size(): number {
    return this.#byId.size
  }

  /** How many wait for a person. */
  get waiting(): number {
    let count = 0
    for (const session of this.#byId.values()) if (session.status === Status.WAITING) count++
    return count
  }

  /** How far the daemon's first read is. Undefined before the first message. */
  get firstRead(): FirstRead | undefined {
    return this.#firstRead
  }

  /** The version of the daemon that sent the last snapshot; empty before. */
  get daemonVersion(): string {
    return this.#daemonVersion
  }

  #upsert(sessions: readonly Session[], touched: Set<string>): Set<string> {
    for (const session of sessions) {
      this.#byId.set(session.id, session)
      touched.add(session.id)
    }
    if (sessions.length > 0) this.#sorted = undefined
    return touched
  }

  #replant({ trees, goneRootIds }: HierarchyUpdated): Set<string> {
    const touched = new Set([...goneRootIds, ...trees.map(({ rootId }) => rootId)])
    for (const rootId of touched) {
      for (const id of sessionsIn(this.#trees.get(rootId))) if (this.#rootIds.get(id) === rootId) this.#rootIds.delete(id)
      this.#trees.delete(rootId)
    }
    for (const tree of trees) {
      this.#trees.set(tree.rootId, tree)
      for (const id of sessionsIn(tree)) this.#rootIds.set(id, tree.rootId)
    }
    return touched
  }

  #remove(ids: readonly string[]): Set<string> {
    const touched = new Set<string>()
    for (const id of ids) {
      if (this.#byId.delete(id)) touched.add(id)
    }
    if (touched.size > 0) this.#sorted = undefined
    return touched
  }
}

function sessionsIn(tree: Hierarchy | undefined): readonly string[] {
  return (tree?.nodes ?? []).filter(({ kind }) => kind === NodeKind.SESSION).map(({ id }) => id)
}
