// ActivityService: what happens, one thing after the other.

import type { MessageInitShape } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect"
import type { ActivityService, WatchActivityResponseSchema } from "@vibecraft/shared/gen/vibecraft/v1/activity_service_pb"
import { createMailbox } from "../model/mailbox.ts"
import type { ActivityQuery, ActivityReader, PublishedActivities } from "../model/published-activities.ts"
import { NotFoundError } from "./errors.ts"
import type { WatchContext } from "./follow.ts"
import { parseActivityList, parseActivityWatch } from "./parse-activity.ts"
import { requireSocket } from "./transport.ts"

type WatchMessage = MessageInitShape<typeof WatchActivityResponseSchema>

export interface ActivityServiceOptions extends WatchContext {
  readonly activities: PublishedActivities
}

/** Most that one message holds; a reader that is behind gets more of them, each when it is ready. */
const MOST_AT_ONCE = 1000

/** What a mailbox is told: what there is to take is looked up when it is taken. */
const NEWS = ["news"]

export function createActivityService(options: ActivityServiceOptions): ServiceImpl<typeof ActivityService> {
  const { activities, world } = options
  return {
    listActivity(request, context) {
      requireOwner(request, context)
      const { query, pageSize, beforeId } = parseActivityList(request)
      requireKnown(options, query)
      // One more than asked for tells whether there is a next page.
      const found = activities.list(query, pageSize + 1, beforeId)
      const page = found.slice(0, pageSize)
      return {
        activities: page,
        nextPageToken: found.length > pageSize ? String(page.at(-1)?.id) : "",
        ring: activities.ring(),
        firstRead: world.firstRead(),
      }
    },
    async *watchActivity(request, context) {
      requireOwner(request, context)
      const { signal } = context
      const { query, past, minIntervalMs } = parseActivityWatch(request)
      requireKnown(options, query)
      const leave = options.subscribers.enter(signal)
      let reader: ActivityReader | undefined
      const mailbox = createMailbox({
        timers: options.timers,
        signal,
        minIntervalMs,
        ...(options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs }),
        onClose: () => reader?.close(),
      })
      try {
        signal.throwIfAborted()
        reader = activities.open(query, () => mailbox.mark(NEWS))
        yield { event: { case: "snapshot", value: { activities: [...reader.past(past)], ring: activities.ring() } } }
        for (;;) {
          const mail = await mailbox.take()
          if (mail.kind === "heartbeat") yield { event: { case: "heartbeat", value: { time: timestampFromMs(Date.now()) } } }
          else yield* happened(reader)
        }
      } finally {
        mailbox.close()
        leave()
      }
    },
  }
}

/** What people write to their agents is for themselves alone. */
function requireOwner({ includePrompts }: { readonly includePrompts: boolean }, context: Pick<HandlerContext, "values">): void {
  if (includePrompts) requireSocket(context, "reading the words of prompts")
}

function* happened(reader: ActivityReader): Generator<WatchMessage> {
  for (let isMore = true; isMore;) {
    const taken = reader.take(MOST_AT_ONCE)
    isMore = taken.isMore
    if (taken.activities.length === 0 && taken.missed === 0) continue
    yield { event: { case: "happened", value: { activities: [...taken.activities], missed: BigInt(taken.missed) } } }
  }
}

/** While the first read goes on, what is asked for may still be found; and what is gone may have left activities. */
function requireKnown({ world, activities }: ActivityServiceOptions, { id }: ActivityQuery): void {
  if (id === undefined || !world.firstRead().done || world.session(id) !== undefined || world.metricsRow(id) !== undefined) return
  if (activities.list({ id, kinds: new Set(), includePrompts: false }, 1).length === 0)
    throw new NotFoundError("session or conversation", id)
}
