// What one subscriber has yet to hear: a set of ids, never a queue of messages. However slow the reader and however busy the world, a
// mailbox holds at most one entry per id, and what is sent is built from the world as it then is.

import type { Timer, Timers } from "./timers.ts"

/** Why a subscriber is woken. */
export type Mail =
  | { readonly kind: "changes"; readonly ids: ReadonlySet<string>; readonly firstRead: boolean }
  /** Nothing was marked for `heartbeatMs`. */
  | { readonly kind: "heartbeat" }

export interface MailboxOptions {
  /** Least time between two takes, 0 allowed. The first change after a longer pause is handed out at once. Default 100. */
  readonly minIntervalMs?: number
  /** Pause after which a heartbeat is due. Default 15,000. */
  readonly heartbeatMs?: number
  readonly timers: Timers
  /** Ends the mailbox: a waiting `take` rejects with the reason. */
  readonly signal: AbortSignal
  /** Called once, when the mailbox closes for whatever reason. */
  onClose?(): void
}

export interface Mailbox {
  /** Notes that ids changed; values are looked up when the mail is taken. */
  mark(ids: Iterable<string>, firstRead?: boolean): void
  /** Waits for mail. One take at a time. Rejects with the signal's reason once aborted. */
  take(): Promise<Mail>
  /** Ids now waiting. */
  size(): number
  /** Idempotent; also done by the signal. */
  close(): void
}

/** Opens a mailbox whose first interval starts now, since a snapshot goes out first. */
export function createMailbox(options: MailboxOptions): Mailbox {
  const { timers, signal } = options
  const minIntervalMs = options.minIntervalMs ?? 100
  const heartbeatMs = options.heartbeatMs ?? 15_000
  let dirty = new Set<string>()
  let firstRead = false
  let takenMs = timers.now()
  let waiter: { readonly wake: () => void; readonly fail: (reason: unknown) => void } | undefined
  let timer: Timer | undefined
  let timerDueMs = Infinity
  let closed = false

  const pending = (): boolean => dirty.size > 0 || firstRead

  const stopTimer = (): void => {
    timer?.cancel()
    timer = undefined
    timerDueMs = Infinity
  }

  const schedule = (): void => {
    if (waiter === undefined) return
    const nowMs = timers.now()
    const due = takenMs + (pending() ? minIntervalMs : heartbeatMs)
    if (due <= nowMs) return wake()
    if (timer !== undefined && timerDueMs <= due) return
    stopTimer()
    timerDueMs = due
    timer = timers.after(due - nowMs, () => {
      timer = undefined
      timerDueMs = Infinity
      schedule()
    })
  }

  const wake = (): void => {
    stopTimer()
    const woken = waiter
    waiter = undefined
    woken?.wake()
  }

  const close = (): void => {
    if (closed) return
    closed = true
    stopTimer()
    signal.removeEventListener("abort", close)
    dirty = new Set()
    const left = waiter
    waiter = undefined
    left?.fail(closedReason(signal))
    options.onClose?.()
  }

  if (signal.aborted) close()
  else signal.addEventListener("abort", close)

  return {
    mark(ids, touchesFirstRead = false) {
      if (closed) return
      for (const id of ids) dirty.add(id)
      firstRead ||= touchesFirstRead
      if (pending()) schedule()
    },
    async take() {
      if (closed) throw closedReason(signal)
      if (waiter !== undefined) throw new Error("a mailbox has one reader")
      await new Promise<void>((resolve, reject) => {
        waiter = { wake: resolve, fail: reject }
        schedule()
      })
      takenMs = timers.now()
      if (!pending()) return { kind: "heartbeat" }
      const mail: Mail = { kind: "changes", ids: dirty, firstRead }
      dirty = new Set()
      firstRead = false
      return mail
    },
    size: () => dirty.size,
    close,
  }
}

function closedReason(signal: AbortSignal): unknown {
  return signal.aborted ? signal.reason : new DOMException("the mailbox is closed", "AbortError")
}
