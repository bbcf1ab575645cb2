// Requests for activities as they come from anybody.

import { timestampMs } from "@bufbuild/protobuf/wkt"
import { ActivityKind } from "@vibecraft/shared/gen/vibecraft/v1/activity_pb"
import type { ListActivityRequest, WatchActivityRequest } from "@vibecraft/shared/gen/vibecraft/v1/activity_service_pb"
import type { ActivityQuery } from "../model/published-activities.ts"
import { InvalidArgumentError } from "./errors.ts"
import { parseId, parseInterval } from "./parse-requests.ts"

const DEFAULT_PAGE_SIZE = 100
const MAX_PAGE_SIZE = 1000
const KINDS: ReadonlySet<number> = new Set(Object.values(ActivityKind).filter((kind) => kind !== ActivityKind.UNSPECIFIED))

export interface ActivityList {
  readonly query: ActivityQuery
  readonly pageSize: number
  /** The last one of the page before. */
  readonly beforeId: number | undefined
}

/** Throws InvalidArgumentError for a field that cannot be used. */
export function parseActivityList(request: ListActivityRequest): ActivityList {
  const { pageSize, pageToken, sinceTime } = request
  if (pageSize < 0 || pageSize > MAX_PAGE_SIZE) throw new InvalidArgumentError("page_size", pageSize, `0..${MAX_PAGE_SIZE}`)
  if (pageToken !== "" && !/^[1-9]\d{0,14}$/u.test(pageToken)) {
    throw new InvalidArgumentError("page_token", pageToken, "the next_page_token of the page before")
  }
  return {
    query: { ...queryOf(request), sinceMs: sinceTime === undefined ? undefined : timestampMs(sinceTime) },
    pageSize: pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize,
    beforeId: pageToken === "" ? undefined : Number(pageToken),
  }
}

export interface ActivityWatch {
  readonly query: ActivityQuery
  readonly past: number
  readonly minIntervalMs: number
}

/** Throws InvalidArgumentError for a field that cannot be used. */
export function parseActivityWatch(request: WatchActivityRequest): ActivityWatch {
  const { past } = request
  if (past < 0 || past > MAX_PAGE_SIZE) throw new InvalidArgumentError("past", past, `0..${MAX_PAGE_SIZE}`)
  return { query: queryOf(request), past, minIntervalMs: parseInterval(request.minIntervalMs) }
}

function queryOf({ id, kinds, includePrompts }: Pick<ListActivityRequest, "id" | "kinds" | "includePrompts">): ActivityQuery {
  for (const kind of kinds)
    if (!KINDS.has(kind)) throw new InvalidArgumentError("kinds", kind, "kinds of activities such as ACTIVITY_KIND_WAIT")
  return { id: id === "" ? undefined : parseId(id), kinds: new Set(kinds), includePrompts }
}
