// Follows a watch over the daemon's restarts. Each new stream begins with a snapshot, so nothing has to be remembered or replayed.

import { setTimeout as sleep } from "node:timers/promises"
import { UnreachableError } from "./command-error.ts"

export interface Follower<T> {
  /** Called for each message, one after the other. */
  readonly onMessage: (message: T) => Promise<void> | void
  /** Called when what was shown last can no longer be trusted; the next message ends that. */
  readonly onStale: (reason: string) => void
}

export interface FollowTiming {
  /** The daemon sends a heartbeat every 15 s; after so long without any message it counts as gone. */
  readonly silenceMs: number
  /** First and longest pause before another attempt; it doubles in between. */
  readonly retryMs: readonly [first: number, longest: number]
}

const TIMING: FollowTiming = { silenceMs: 40_000, retryMs: [200, 2000] }

/**
 * Opens the watch again and again until the signal aborts. Throws what the first attempt throws, so that a daemon that is not there is an error
 * and not a wait; afterwards only what trying again cannot mend.
 */
export async function follow<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>,
  follower: Follower<T>,
  signal: AbortSignal,
  { silenceMs, retryMs: [first, longest] }: FollowTiming = TIMING,
): Promise<void> {
  let connected = false
  let pauseMs = first
  while (!signal.aborted) {
    const attempt = new AbortController()
    const stop = () => attempt.abort()
    signal.addEventListener("abort", stop, { once: true })
    const silence = setTimeout(stop, silenceMs)
    try {
      for await (const message of open(attempt.signal)) {
        connected = true
        pauseMs = first
        silence.refresh()
        await follower.onMessage(message)
      }
      if (!signal.aborted) follower.onStale(attempt.signal.aborted ? "vibecraftd is silent" : "vibecraftd ended the stream")
    } catch (error) {
      if (!connected || !(error instanceof UnreachableError)) throw error
      follower.onStale(error.message)
    } finally {
      clearTimeout(silence)
      signal.removeEventListener("abort", stop)
      stop()
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => {})
    pauseMs = Math.min(longest, pauseMs * 2)
  }
}
