// Tool calls, paired and counted once each whatever file and order their two ends were read in.
// Open calls stay visible as such; what is learnt later about a call revises what was counted.

import type { ToolEnded, ToolOutcome, ToolStarted } from "../domain/facts.ts"

/** One call. A call known only by its end has no `startMs` until its start is read. */
export interface ToolCall {
  readonly callId: string
  conversationId: string
  subagentId: string | undefined
  name: string
  target: string | undefined
  startMs: number | undefined
  endMs: number | undefined
  outcome: ToolOutcome | undefined
  durationMs: number | undefined
  /** The turn it ran in is over and no end was written: it is neither running nor judged. */
  abandoned: boolean
}

/** What the calls of one tool in one conversation come to. */
export interface ToolTotals {
  calls: number
  judged: number
  failures: number
  /** Durations of judged calls in milliseconds, unordered. */
  samples: number[]
}

const MAX_DURATION_MS = 24 * 3_600_000

/** Later knowledge outranks earlier: a failure said once stays, "ok" yields to anything more exact. */
const RANK: Record<ToolOutcome, number> = {
  background: 0,
  ok: 1,
  failed: 2,
  timeout: 3,
  "model-error": 4,
  denied: 5,
  cancelled: 6,
  interrupted: 7,
  rejected: 8,
}

const FAILURES: ReadonlySet<ToolOutcome> = new Set(["failed", "timeout", "model-error"])

/** All calls of the host. `seen` answers the call it touched, or undefined when the fact said nothing new. */
export class ToolCalls {
  readonly #calls = new Map<string, ToolCall>()
  readonly #byConversation = new Map<string, Set<ToolCall>>()
  readonly #open = new Map<string, Set<ToolCall>>()

  get size(): number {
    return this.#calls.size
  }

  started(fact: ToolStarted): ToolCall | undefined {
    const call = this.#calls.get(fact.callId)
    if (call === undefined) {
      return this.#add({
        callId: fact.callId,
        conversationId: fact.conversationId,
        subagentId: fact.subagentId,
        name: fact.name,
        target: fact.target,
        startMs: fact.timeMs,
        endMs: undefined,
        outcome: undefined,
        durationMs: undefined,
        abandoned: false,
      })
    }
    const known = call.startMs !== undefined && call.startMs <= fact.timeMs
    if (known && (call.target !== undefined || fact.target === undefined)) return undefined
    if (!known) {
      call.startMs = fact.timeMs
      call.name = fact.name
      call.subagentId = fact.subagentId
      this.#move(call, fact.conversationId)
    }
    call.target ??= fact.target
    return call
  }

  ended(fact: ToolEnded): ToolCall | undefined {
    let call = this.#calls.get(fact.callId)
    if (call === undefined) {
      call = this.#add({
        callId: fact.callId,
        conversationId: fact.conversationId,
        subagentId: fact.subagentId,
        name: fact.name ?? "",
        target: undefined,
        startMs: fact.startedMs,
        endMs: fact.timeMs,
        outcome: fact.outcome,
        durationMs: validDuration(fact.durationMs),
        abandoned: false,
      })
      this.#close(call)
      return call
    }
    const before = `${call.endMs} ${call.outcome} ${call.durationMs} ${call.name}`
    call.endMs = call.endMs === undefined ? fact.timeMs : Math.min(call.endMs, fact.timeMs)
    if (call.outcome === undefined || RANK[fact.outcome] > RANK[call.outcome]) call.outcome = fact.outcome
    call.durationMs = largest(call.durationMs, validDuration(fact.durationMs))
    call.startMs ??= fact.startedMs
    if (call.name === "" && fact.name !== undefined) call.name = fact.name
    call.abandoned = false
    this.#close(call)
    return before === `${call.endMs} ${call.outcome} ${call.durationMs} ${call.name}` ? undefined : call
  }

  /** Ends what an agent left open when its turn stopped at `timeMs`: such calls no longer run and are not judged. */
  abandon(conversationId: string, subagentId: string | undefined, timeMs: number): void {
    for (const call of this.#open.get(conversationId) ?? []) {
      if (call.subagentId === subagentId && (call.startMs ?? 0) <= timeMs) {
        call.abandoned = true
        this.#close(call)
      }
    }
  }

  /** Calls without an end, oldest first. */
  open(conversationId: string): readonly ToolCall[] {
    return [...(this.#open.get(conversationId) ?? [])].sort((a, b) => (a.startMs ?? 0) - (b.startMs ?? 0))
  }

  /** Totals by tool name, computed anew: callers cache them until the conversation changes. */
  totals(conversationId: string): Map<string, ToolTotals> {
    const totals = new Map<string, ToolTotals>()
    for (const call of this.#byConversation.get(conversationId) ?? []) {
      if (call.name === "") continue
      let tool = totals.get(call.name)
      if (tool === undefined) totals.set(call.name, (tool = { calls: 0, judged: 0, failures: 0, samples: [] }))
      tool.calls++
      if (!isJudged(call.outcome)) continue
      tool.judged++
      if (FAILURES.has(call.outcome)) tool.failures++
      const duration = durationOf(call)
      if (duration !== undefined) tool.samples.push(duration)
    }
    return totals
  }

  #add(call: ToolCall): ToolCall {
    this.#calls.set(call.callId, call)
    setOf(this.#byConversation, call.conversationId).add(call)
    setOf(this.#open, call.conversationId).add(call)
    return call
  }

  #close(call: ToolCall): void {
    this.#open.get(call.conversationId)?.delete(call)
  }

  #move(call: ToolCall, conversationId: string): void {
    if (call.conversationId === conversationId) return
    this.#byConversation.get(call.conversationId)?.delete(call)
    const wasOpen = this.#open.get(call.conversationId)?.delete(call) === true
    call.conversationId = conversationId
    setOf(this.#byConversation, conversationId).add(call)
    if (wasOpen) setOf(this.#open, conversationId).add(call)
  }
}

function isJudged(outcome: ToolOutcome | undefined): outcome is ToolOutcome {
  return outcome === "ok" || (outcome !== undefined && FAILURES.has(outcome))
}

/** As measured by the agent, else end minus start; undefined for what cannot be a duration (clocks jump). */
function durationOf(call: ToolCall): number | undefined {
  if (call.durationMs !== undefined) return call.durationMs
  if (call.startMs === undefined || call.endMs === undefined) return undefined
  return validDuration(call.endMs - call.startMs)
}

function validDuration(ms: number | undefined): number | undefined {
  return ms !== undefined && ms >= 0 && ms <= MAX_DURATION_MS ? Math.round(ms) : undefined
}

function largest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b)
}

function setOf<K, V>(map: Map<K, Set<V>>, key: K): Set<V> {
  let set = map.get(key)
  if (set === undefined) map.set(key, (set = new Set()))
  return set
}
