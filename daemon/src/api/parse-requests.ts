// Requests as they come from anybody, turned into what the services work with. Everything else may trust the result.

import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { InvalidArgumentError } from "./errors.ts"

/** What to follow and how often at most. */
export interface WatchQuery {
  readonly scope: Scope
  /** A session's or a conversation's id; absent follows all. */
  readonly id?: string
  readonly minIntervalMs: number
}

const MAX_ID_LENGTH = 512
const DEFAULT_INTERVAL_MS = 100
const MAX_INTERVAL_MS = 60_000
const SCOPES: ReadonlySet<number> = new Set(Object.values(Scope))

/** Throws InvalidArgumentError for a number that is no scope; an unset scope is `unset`. */
export function parseScope(scope: Scope, unset: Scope = Scope.RECENT): Scope {
  if (scope === Scope.UNSPECIFIED) return unset
  if (!SCOPES.has(scope)) throw new InvalidArgumentError("scope", scope, "SCOPE_LIVE, SCOPE_RECENT or SCOPE_ALL")
  return scope
}

/** Throws InvalidArgumentError for an empty id or one longer than any id is. */
export function parseId(id: string): string {
  if (id === "" || id.length > MAX_ID_LENGTH) {
    throw new InvalidArgumentError("id", id, `a session's or a conversation's id of 1..${MAX_ID_LENGTH} characters`)
  }
  return id
}

/** Least time between two messages. Throws InvalidArgumentError where it is out of range. */
export function parseInterval(minIntervalMs = DEFAULT_INTERVAL_MS): number {
  if (minIntervalMs >= 0 && minIntervalMs <= MAX_INTERVAL_MS) return minIntervalMs
  throw new InvalidArgumentError("min_interval_ms", minIntervalMs, `0..${MAX_INTERVAL_MS}`)
}

/** Reads a watch request; who names an id follows it in whatever scope it is, unless a scope is named too. */
export function parseWatch(request: {
  readonly scope: Scope
  readonly id: string
  readonly minIntervalMs?: number | undefined
}): WatchQuery {
  const minIntervalMs = parseInterval(request.minIntervalMs)
  if (request.id === "") return { scope: parseScope(request.scope), minIntervalMs }
  return { scope: parseScope(request.scope, Scope.ALL), id: parseId(request.id), minIntervalMs }
}
