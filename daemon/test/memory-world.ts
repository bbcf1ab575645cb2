// A world that holds what a test puts into it, so that the API can be tried without an agent or a transcript.

import { create, type MessageInitShape } from "@bufbuild/protobuf"
import { sizeDelimitedEncode } from "@bufbuild/protobuf/wire"
import { timestampNow } from "@bufbuild/protobuf/wkt"
import { FirstReadSchema, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { type Metrics, MetricsSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { type Session, SessionSchema, Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { type Hierarchy, HierarchySchema } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import type { Dirty, PublishedWorld } from "../src/model/published-world.ts"
import { PublishedRow } from "../src/model/rows/published-row.ts"

export interface MemoryWorld extends PublishedWorld {
  putSession(init: MessageInitShape<typeof SessionSchema>): void
  removeSession(id: string): void
  putMetrics(init: MessageInitShape<typeof MetricsSchema>): void
  removeMetrics(conversationId: string): void
  putTree(init: MessageInitShape<typeof HierarchySchema>): void
  setFirstRead(init: MessageInitShape<typeof FirstReadSchema>): void
  /** Changes a session and tells nobody, as the passing of time does. */
  changeSilently(init: MessageInitShape<typeof SessionSchema>): void
  /** Changes in progress are told once, at the end. */
  together(changes: () => void): void
  listeners(): number
}

const NO_TREES: ReadonlySet<string> = new Set()

/** Makes an empty world whose first read is done. Live is what is neither offline nor ended; recent is what is not ended. */
export function createMemoryWorld(): MemoryWorld {
  const sessions = new Map<string, Session>()
  const rows = new Map<string, Metrics>()
  const trees = new Map<string, Hierarchy>()
  const listeners = new Set<(dirty: Dirty) => void>()
  let firstRead = create(FirstReadSchema, { done: true })
  let batch: { sessionIds: Set<string>; conversationIds: Set<string>; firstRead: boolean } | undefined

  const tell = (sessionIds: readonly string[], conversationIds: readonly string[], touchesFirstRead = false): void => {
    if (batch !== undefined) {
      for (const id of sessionIds) batch.sessionIds.add(id)
      for (const id of conversationIds) batch.conversationIds.add(id)
      batch.firstRead ||= touchesFirstRead
      return
    }
    const dirty = {
      sessionIds: new Set(sessionIds),
      conversationIds: new Set(conversationIds),
      treeIds: NO_TREES,
      firstRead: touchesFirstRead,
    }
    for (const listener of listeners) listener(dirty)
  }

  const rowInScope = (row: Metrics | undefined, scope: Scope): boolean =>
    row !== undefined && (scope === Scope.ALL || inScope(sessions.get(row.sessionId), scope))
  const treeInScope = (tree: Hierarchy | undefined, scope: Scope): boolean =>
    tree !== undefined && [tree.rootId, ...tree.nodes.map(({ id }) => id)].some((id) => inScope(sessions.get(id), scope))
  const find = (id: string): Session | undefined =>
    sessions.get(id) ??
    [...sessions.values()].find((session) => session.conversationId === id || session.earlierConversationIds.includes(id))

  return {
    sessions: (scope) => [...sessions.values()].filter((session) => inScope(session, scope)),
    session: find,
    statusChanges: () => [],
    markSeen(id) {
      const session = find(id)
      if (session === undefined) return undefined
      const marked = create(SessionSchema, { ...session, unread: false, markedSeenTime: timestampNow() })
      sessions.set(session.id, marked)
      tell([session.id], [])
      return marked
    },
    sessionInScope: (id, scope) => inScope(sessions.get(id), scope),
    metrics: (scope) => [...rows.values()].filter((row) => rowInScope(row, scope)).map(published),
    metricsOf(id) {
      const row = rows.get(id)
      if (row !== undefined) return [published(row)]
      return sessions.has(id) ? [...rows.values()].filter((other) => other.sessionId === id).map(published) : undefined
    },
    metricsRow(conversationId) {
      const row = rows.get(conversationId)
      return row && published(row)
    },
    conversationInScope: (conversationId, scope) => rowInScope(rows.get(conversationId), scope),
    trees: (scope) => [...trees.values()].filter((tree) => treeInScope(tree, scope)),
    treeInScope: (rootId, scope) => treeInScope(trees.get(rootId), scope),
    treeRoot: (id) =>
      [...trees.values()].find(({ rootId, nodes }) => rootId === id || nodes.some((node) => node.id === id || node.conversationId === id))
        ?.rootId,
    tree: (rootId) => trees.get(rootId),
    firstRead: () => firstRead,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    putSession(init) {
      const session = create(SessionSchema, init)
      sessions.set(session.id, session)
      tell([session.id], session.conversationId === undefined ? [] : [session.conversationId])
    },
    removeSession(id) {
      if (sessions.delete(id)) tell([id], [])
    },
    putMetrics(init) {
      const row = create(MetricsSchema, init)
      rows.set(row.conversationId, row)
      tell([], [row.conversationId])
    },
    removeMetrics(conversationId) {
      if (rows.delete(conversationId)) tell([], [conversationId])
    },
    setFirstRead(init) {
      firstRead = create(FirstReadSchema, init)
      tell([], [], true)
    },
    changeSilently(init) {
      const session = create(SessionSchema, init)
      sessions.set(session.id, session)
    },
    together(changes) {
      const own = { sessionIds: new Set<string>(), conversationIds: new Set<string>(), treeIds: new Set<string>(), firstRead: false }
      batch = own
      try {
        changes()
      } finally {
        batch = undefined
      }
      for (const listener of listeners) listener(own)
    },
    putTree(init) {
      const tree = create(HierarchySchema, init)
      trees.set(tree.rootId, tree)
      for (const listener of listeners)
        listener({ sessionIds: new Set(), conversationIds: new Set(), treeIds: new Set([tree.rootId]), firstRead: false })
    },
    listeners: () => listeners.size,
  }
}

function inScope(session: Session | undefined, scope: Scope): boolean {
  if (session === undefined) return false
  if (scope === Scope.ALL) return true
  return session.status !== Status.ENDED && (scope === Scope.RECENT || session.status !== Status.OFFLINE)
}

function published(row: Metrics): PublishedRow {
  return new PublishedRow(row.conversationId, sizeDelimitedEncode(MetricsSchema, row))
}
