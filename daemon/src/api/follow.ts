// The course of every watch: a snapshot at once, then what changed since, then heartbeats. Nothing is queued: a slow reader gets fewer,
// larger changes, each built from the world as it is when the reader is ready for it.

import { setImmediate as turn } from "node:timers/promises"
import type { FirstRead } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { createMailbox } from "../model/mailbox.ts"
import type { Dirty, PublishedWorld } from "../model/published-world.ts"
import type { Timers } from "../model/timers.ts"
import { createMembership, type Followed, type MembershipChange } from "./membership.ts"
import type { Subscribers } from "./subscribers.ts"

/** What every watch needs. */
export interface WatchContext {
  readonly world: PublishedWorld
  readonly subscribers: Subscribers
  readonly timers: Timers
  /** Pause after which a heartbeat is sent. Default 15,000. */
  readonly heartbeatMs?: number
}

export type FollowEvent<Item> =
  | { readonly kind: "snapshot"; readonly items: readonly Item[]; readonly firstRead: FirstRead }
  | ({ readonly kind: "changes"; readonly firstRead?: FirstRead } & MembershipChange<Item>)
  | { readonly kind: "heartbeat" }

/** An item may leave a scope because time goes by, which marks nothing; so each stream looks after its own that often. */
const LEAVERS_EVERY_MS = 60_000

/** Most items of one event of changes. */
const PORTION = 16

export interface FollowOptions<Item> extends WatchContext {
  readonly followed: Followed<Item>
  /** The ids of this kind that a change touched. */
  touched(dirty: Dirty): Iterable<string>
  readonly minIntervalMs: number
  readonly signal: AbortSignal
}

/**
 * Yields until the signal aborts, then throws its reason. What it holds is released by the abort itself, since a reader that is gone may
 * never ask for the next event. Throws TooManyWatchersError before the first event.
 */
export async function* follow<Item>(options: FollowOptions<Item>): AsyncGenerator<FollowEvent<Item>, never> {
  const { world, timers, signal } = options
  const membership = createMembership(options.followed)
  const leave = options.subscribers.enter(signal)
  let unsubscribe: (() => void) | undefined
  const mailbox = createMailbox({
    timers,
    signal,
    minIntervalMs: options.minIntervalMs,
    ...(options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs }),
    onClose: () => unsubscribe?.(),
  })
  try {
    signal.throwIfAborted()
    unsubscribe = world.subscribe((dirty) => mailbox.mark(options.touched(dirty), dirty.firstRead))
    yield { kind: "snapshot", items: membership.snapshot(), firstRead: world.firstRead() }
    let sweptMs = timers.now()
    for (;;) {
      const mail = await mailbox.take()
      const ids = mail.kind === "changes" ? [...mail.ids] : []
      // All but the last portion. Others have a turn between them: building and encoding hundreds of items takes as long as they may wait.
      while (ids.length > PORTION) {
        const portion = membership.changes(ids.splice(0, PORTION))
        if (portion.added.length + portion.changed.length + portion.removed.length > 0) yield { kind: "changes", ...portion }
        await turn()
        signal.throwIfAborted()
      }
      const { added, changed, removed } = membership.changes(ids)
      const gone = [...removed]
      if (mail.kind === "heartbeat" || timers.now() - sweptMs >= LEAVERS_EVERY_MS) {
        gone.push(...membership.leavers())
        sweptMs = timers.now()
      }
      const firstRead = mail.kind === "changes" && mail.firstRead ? world.firstRead() : undefined
      if (firstRead !== undefined || added.length + changed.length + gone.length > 0) {
        yield { kind: "changes", added, changed, removed: gone, ...(firstRead === undefined ? {} : { firstRead }) }
      } else if (mail.kind === "heartbeat") yield { kind: "heartbeat" }
    }
  } finally {
    mailbox.close()
    leave()
  }
}
