/**
 * Follows one stream for ever: opens it, hands on its messages, and opens it again after it ended, failed or fell silent.
 * Every open stream has its own AbortSignal, as leaving the loop over its messages would not end the call.
 */
import { backOffMs } from "./back-off.ts"

/** The daemon sends a heartbeat every 15 s; three missed ones mean that nobody is there. */
const SILENCE_MS = 47_000

/** How the stream is: live once a message came; down with the reason and the time of the next try. */
export type StreamState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "down"; readonly reason: string; readonly retryAtMs: number }

/** What a loop needs. */
export interface StreamLoopOptions<Message> {
  /** Opens the stream; it must end when the signal aborts. */
  open(signal: AbortSignal): AsyncIterable<Message>
  onMessage(message: Message): void
  onState(state: StreamState): void
  /** A failure in words. */
  explain(error: unknown): string
  /** Milliseconds without a message after which the stream counts as dead. Default 47,000. */
  readonly silenceMs?: number
  /** Milliseconds before a try. Default: 250 ms growing to 10 s. */
  readonly backOff?: (attempt: number) => number
  /** Epoch milliseconds. Default Date.now. */
  readonly now?: () => number
}

/** A running loop. */
export interface StreamLoop {
  /** Ends the wait before the next try. */
  retryNow(): void
  close(): void
}

/** Starts to follow. */
export function followStream<Message>(options: StreamLoopOptions<Message>): StreamLoop {
  const { silenceMs = SILENCE_MS, backOff = backOffMs, now = Date.now } = options
  let closed = false
  let stream: AbortController | undefined
  let wake: (() => void) | undefined

  async function followOnce(onFirst: () => void): Promise<string> {
    stream = new AbortController()
    let silence = setTimeout(fallSilent, silenceMs)
    let silent = false
    function fallSilent(): void {
      silent = true
      stream?.abort()
    }
    try {
      for await (const message of options.open(stream.signal)) {
        if (closed) return ""
        clearTimeout(silence)
        silence = setTimeout(fallSilent, silenceMs)
        onFirst()
        options.onMessage(message)
      }
      return "the daemon ended the stream"
    } catch (error) {
      return silent ? "the daemon fell silent" : options.explain(error)
    } finally {
      clearTimeout(silence)
      stream.abort()
    }
  }

  async function run(): Promise<void> {
    let attempt = 0
    while (!closed) {
      options.onState({ kind: "connecting" })
      let live = false
      const reason = await followOnce(() => {
        if (live) return
        live = true
        attempt = 0
        options.onState({ kind: "live" })
      })
      if (closed) return
      attempt++
      const waitMs = backOff(attempt)
      options.onState({ kind: "down", reason, retryAtMs: now() + waitMs })
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      wake = undefined
    }
  }

  void run()
  return {
    retryNow: () => wake?.(),
    close() {
      closed = true
      stream?.abort()
      wake?.()
    },
  }
}
