// SessionService: which sessions there are and what they do.

import type { MessageInitShape } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import type { ServiceImpl } from "@connectrpc/connect"
import type { Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import {
  type DiscoverSessionsResponseSchema,
  type SessionService,
  type WatchSessionsResponseSchema,
} from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import type { Dirty, PublishedWorld } from "../model/published-world.ts"
import { NotFoundError } from "./errors.ts"
import { follow, type FollowEvent, type WatchContext } from "./follow.ts"
import { type FollowedItem, followSessions, rootIdOf, touchedItems } from "./follow-sessions.ts"
import { orAbort } from "./or-abort.ts"
import { pageOf } from "./page.ts"
import { parseId, parseScope, parseWatch } from "./parse-requests.ts"
import { requireSocket } from "./transport.ts"

type WatchMessage = MessageInitShape<typeof WatchSessionsResponseSchema>

export interface SessionServiceOptions extends WatchContext {
  readonly version: string
  /** Scans now. A signal that aborts ends the wait, not the scan. */
  discover(): Promise<MessageInitShape<typeof DiscoverSessionsResponseSchema>>
}

/** Serves sessions out of the world. */
export function createSessionService(options: SessionServiceOptions): ServiceImpl<typeof SessionService> {
  const { world } = options
  return {
    listSessions(request) {
      const { items, nextPageToken } = pageOf(world.sessions(parseScope(request.scope)), (session) => session.id, request)
      return { sessions: [...items], firstRead: world.firstRead(), nextPageToken }
    },
    getSession(request) {
      const session = sessionOf(world, parseId(request.id))
      return { session, firstRead: world.firstRead(), statusChanges: [...world.statusChanges(session.id)] }
    },
    async *watchSessions(request, { signal }) {
      const query = parseWatch(request)
      if (query.id !== undefined && world.firstRead().done) sessionOf(world, query.id)
      const followed = followSessions(world, query, request.hierarchy)
      const touched = (dirty: Dirty): Iterable<string> => touchedItems(dirty, request.hierarchy)
      const events = follow({ ...options, followed, touched, minIntervalMs: query.minIntervalMs, signal })
      for await (const event of events) yield* toMessages(event, options.version)
    },
    markSeen(request, context) {
      requireSocket(context, "marking a session as seen")
      const session = world.markSeen(parseId(request.id))
      if (session === undefined) throw new NotFoundError("session or conversation", request.id)
      return { session }
    },
    getHierarchy(request) {
      const firstRead = world.firstRead()
      if (request.id === "") return { trees: [...world.trees(parseScope(request.scope))], firstRead }
      const rootId = world.treeRoot(parseId(request.id))
      const tree = rootId === undefined ? undefined : world.tree(rootId)
      if (tree === undefined) throw new NotFoundError("session, conversation or node", request.id)
      return { trees: [tree], firstRead }
    },
    discoverSessions(_request, { signal }) {
      return orAbort(options.discover(), signal)
    },
  }
}

function sessionOf(world: PublishedWorld, id: string): Session {
  const session = world.session(id)
  if (session === undefined) throw new NotFoundError("session or conversation", id)
  return session
}

function* toMessages(event: FollowEvent<FollowedItem>, daemonVersion: string): Generator<WatchMessage> {
  switch (event.kind) {
    case "snapshot":
      yield { event: { case: "snapshot", value: { sessions: sessionsOf(event.items), firstRead: event.firstRead, daemonVersion } } }
      yield* treeMessages(event.items, [])
      return
    case "heartbeat":
      yield { event: { case: "heartbeat", value: { time: timestampFromMs(Date.now()) } } }
      return
    case "changes": {
      const [added, changed] = [sessionsOf(event.added), sessionsOf(event.changed)]
      const removed = event.removed.filter((id) => rootIdOf(id) === undefined)
      if (added.length > 0) yield { event: { case: "discovered", value: { sessions: added } } }
      if (changed.length > 0) yield { event: { case: "updated", value: { sessions: changed } } }
      if (removed.length > 0) yield { event: { case: "ended", value: { sessionIds: removed } } }
      yield* treeMessages([...event.added, ...event.changed], event.removed)
      if (event.firstRead !== undefined) yield { event: { case: "firstRead", value: event.firstRead } }
    }
  }
}

function sessionsOf(items: readonly FollowedItem[]): Session[] {
  return items.flatMap((item) => (item.kind === "session" ? [item.session] : []))
}

function* treeMessages(items: readonly FollowedItem[], removed: readonly string[]): Generator<WatchMessage> {
  const trees = items.flatMap((item) => (item.kind === "tree" ? [item.tree] : []))
  const goneRootIds = removed.flatMap((id) => rootIdOf(id) ?? [])
  if (trees.length + goneRootIds.length > 0) yield { event: { case: "hierarchy", value: { trees, goneRootIds } } }
}
