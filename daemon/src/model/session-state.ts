// One seat of an agent as the fold keeps it: the process, the conversation it is in, and when its status last changed.

import type { AgentSeen } from "../domain/facts.ts"
import type { Evidence } from "../domain/agent.ts"
import type { StatusReading } from "./status.ts"
import { type StatusChange, StatusHistory } from "./status-history.ts"

/** Most sessions stay where they are; they share this. */
const NOWHERE: readonly string[] = []

/** More ways to end than this are kept with each session. */
const MAX_ENDINGS = 100

/** Readings of sessions that have ended, without their times: there are many sessions, and few ways to end. */
const endings = new Map<string, StatusReading>()

export class SessionState {
  readonly id: string
  /** When it was first published. */
  readonly discoveredMs: number
  process: AgentSeen | undefined
  gone: { readonly timeMs: number; readonly reason: string } | undefined
  conversationId: string | undefined
  bindingEvidence: Evidence | undefined
  /** Why no conversation is known. */
  unboundReason: string | undefined
  /** Oldest first, without the current one. */
  earlierConversationIds: readonly string[] = NOWHERE
  readonly history: StatusHistory
  /** Whether it stands idle after work that nobody has marked as seen. */
  unread = false
  /** When it was last marked as seen. */
  markedSeenMs: number | undefined
  #status: StatusReading | undefined
  #statusSinceMs: number

  /** `past`: how its status changed while an earlier daemon ran, oldest first. */
  constructor(id: string, discoveredMs: number, past: readonly StatusChange[] = []) {
    this.id = id
    this.history = new StatusHistory(past)
    this.discoveredMs = discoveredMs
    this.#statusSinceMs = discoveredMs
  }

  get status(): StatusReading | undefined {
    return this.#status
  }

  get statusSinceMs(): number {
    return this.#statusSinceMs
  }

  /** Takes a reading; answers whether anything that is published changed. Another status starts a new "since". */
  setStatus(reading: StatusReading, nowMs: number): boolean {
    const last = this.#status
    const kept = reading.status === "ended" ? ending(reading) : reading
    this.#status = kept
    if (last === undefined || !isSameStatus(last, reading)) {
      const before = this.history.latest
      const from = last?.status ?? before?.to.status
      const isOld = last === undefined && before !== undefined && isSameStatus(before.to, reading)
      this.#statusSinceMs = Math.min(reading.sinceMs ?? (isOld ? before.timeMs : nowMs), nowMs)
      const change = { to: kept, timeMs: this.#statusSinceMs, conversationId: this.conversationId }
      if (!isOld) this.history.add({ ...change, ...(from === undefined ? {} : { from }) })
      return true
    }
    return last.reason !== reading.reason || last.source !== reading.source || last.confidence !== reading.confidence
  }

  /** Moves it to a conversation and remembers the one before. Answers whether that is news. */
  bind(conversationId: string, evidence: Evidence): boolean {
    this.bindingEvidence = evidence
    this.unboundReason = undefined
    if (this.conversationId === conversationId) return false
    const before = this.conversationId === undefined ? [] : [this.conversationId]
    this.earlierConversationIds = [...this.earlierConversationIds, ...before].filter((id) => id !== conversationId)
    this.conversationId = conversationId
    return true
  }

  unbound(reason: string): boolean {
    if (this.unboundReason === reason) return false
    this.unboundReason = reason
    return true
  }
}

function ending({ status, reason, source, confidence }: StatusReading): StatusReading {
  const key = [source, confidence, reason].join(" ")
  let known = endings.get(key)
  if (known === undefined) {
    known = { status, reason, source, confidence }
    if (endings.size < MAX_ENDINGS) endings.set(key, known)
  }
  return known
}

/** One that waits for something else than before has a status of its own: what a person is asked is what counts. */
function isSameStatus(a: StatusReading, b: StatusReading): boolean {
  return a.status === b.status && (a.status !== "waiting" || a.reason === b.reason)
}
