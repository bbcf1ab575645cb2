// What a watch of sessions follows: sessions, and their trees where they were asked for.

import type { Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import type { Hierarchy } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import type { Dirty, PublishedWorld } from "../model/published-world.ts"
import type { Followed } from "./membership.ts"
import type { WatchQuery } from "./parse-requests.ts"

export type FollowedItem = { readonly kind: "session"; readonly session: Session } | { readonly kind: "tree"; readonly tree: Hierarchy }

const TREE = "tree "

/** The session at the top of the tree that an item's id means; undefined where it means a session. */
export function rootIdOf(itemId: string): string | undefined {
  return itemId.startsWith(TREE) ? itemId.slice(TREE.length) : undefined
}

/** Ids of trees stand beside those of sessions and must not be the same. */
export function touchedItems(dirty: Dirty, hierarchy: boolean): Iterable<string> {
  if (!hierarchy) return dirty.sessionIds
  return [...dirty.sessionIds, ...[...dirty.treeIds].map((id) => TREE + id)]
}

export function followSessions(world: PublishedWorld, { scope, id }: WatchQuery, hierarchy: boolean): Followed<FollowedItem> {
  const isSession = (sessionId: string): boolean =>
    (id === undefined || world.session(id)?.id === sessionId) && world.sessionInScope(sessionId, scope)
  const isTree = (rootId: string): boolean => (id === undefined || world.treeRoot(id) === rootId) && world.treeInScope(rootId, scope)
  return {
    list() {
      const { sessions, trees } = id === undefined ? allOf(world, scope, hierarchy) : oneOf(world, id, hierarchy)
      return [
        ...sessions.filter((session) => isSession(session.id)).map((session) => ({ kind: "session", session }) as const),
        ...trees.filter(({ rootId }) => isTree(rootId)).map((tree) => ({ kind: "tree", tree }) as const),
      ]
    },
    has(itemId) {
      const rootId = rootIdOf(itemId)
      return rootId === undefined ? isSession(itemId) : isTree(rootId)
    },
    item(itemId) {
      const rootId = rootIdOf(itemId)
      if (rootId === undefined) {
        const session = world.session(itemId)
        return session === undefined ? undefined : { kind: "session", session }
      }
      const tree = world.tree(rootId)
      return tree === undefined ? undefined : { kind: "tree", tree }
    },
    idOf: (item) => (item.kind === "session" ? item.session.id : TREE + item.tree.rootId),
  }
}

interface Items {
  readonly sessions: readonly Session[]
  readonly trees: readonly Hierarchy[]
}

function allOf(world: PublishedWorld, scope: WatchQuery["scope"], hierarchy: boolean): Items {
  return { sessions: world.sessions(scope), trees: hierarchy ? world.trees(scope) : [] }
}

function oneOf(world: PublishedWorld, id: string, hierarchy: boolean): Items {
  const session = world.session(id)
  const rootId = hierarchy ? world.treeRoot(id) : undefined
  const tree = rootId === undefined ? undefined : world.tree(rootId)
  return { sessions: session === undefined ? [] : [session], trees: tree === undefined ? [] : [tree] }
}
