// SessionService: which sessions there are and what they do.

import type { MessageInitShape } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect"
import type { Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import {
  type DiscoverSessionsResponseSchema,
  type SessionService,
  type WatchSessionsResponseSchema,
} from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import type { PublishedWorld } from "../model/published-world.ts"
import { NotFoundError } from "./errors.ts"
import { follow, type FollowEvent, type WatchContext } from "./follow.ts"
import type { Followed } from "./membership.ts"
import { orAbort } from "./or-abort.ts"
import { pageOf } from "./page.ts"
import { parseId, parseScope, parseWatch, type WatchQuery } from "./parse-requests.ts"
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
      const followed = followSessions(world, query)
      const events = follow({ ...options, followed, touched: (dirty) => dirty.sessionIds, minIntervalMs: query.minIntervalMs, signal })
      for await (const event of events) yield* toMessages(event, options.version)
    },
    markSeen(request, context) {
      requireSocket(context, "marking a session as seen")
      const session = world.markSeen(parseId(request.id))
      if (session === undefined) throw new NotFoundError("session or conversation", request.id)
      return { session }
    },
    getHierarchy() {
      throw new ConnectError("not served yet", Code.Unimplemented)
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

function followSessions(world: PublishedWorld, { scope, id }: WatchQuery): Followed<Session> {
  const isWanted = (sessionId: string): boolean => id === undefined || world.session(id)?.id === sessionId
  const has = (sessionId: string): boolean => isWanted(sessionId) && world.sessionInScope(sessionId, scope)
  return {
    list() {
      if (id === undefined) return world.sessions(scope)
      const session = world.session(id)
      return session !== undefined && has(session.id) ? [session] : []
    },
    has,
    item: (sessionId) => world.session(sessionId),
    idOf: (session) => session.id,
  }
}

function* toMessages(event: FollowEvent<Session>, daemonVersion: string): Generator<WatchMessage> {
  switch (event.kind) {
    case "snapshot":
      yield { event: { case: "snapshot", value: { sessions: [...event.items], firstRead: event.firstRead, daemonVersion } } }
      return
    case "heartbeat":
      yield { event: { case: "heartbeat", value: { time: timestampFromMs(Date.now()) } } }
      return
    case "changes": {
      const { added, changed, removed, firstRead } = event
      if (added.length > 0) yield { event: { case: "discovered", value: { sessions: [...added] } } }
      if (changed.length > 0) yield { event: { case: "updated", value: { sessions: [...changed] } } }
      if (removed.length > 0) yield { event: { case: "ended", value: { sessionIds: [...removed] } } }
      if (firstRead !== undefined) yield { event: { case: "firstRead", value: firstRead } }
    }
  }
}
