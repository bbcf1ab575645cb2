// The five clocks of every conversation: what tool calls and other intervals come to as samples, and what is published of them. Waiting for a
// person counts for the permission clock alone, as far as it is known.

import { CLOCKS, ClockSamples, type ClockWord, NO_PLACE } from "./clock-samples.ts"
import type { Percentiles } from "./latency.ts"
import { type Span, type SpanListener, Spans } from "./spans.ts"
import { isJudged } from "./judged-outcome.ts"
import type { StoredEntry } from "./stored-entry.ts"
import type { ToolCall } from "./tool-call.ts"
import { type CallListener, ToolCalls } from "./tool-calls.ts"

/** What is published of a conversation's clocks. */
export interface ClockFigures {
  clock(clock: ClockWord): Percentiles | undefined
  tool(name: string): Percentiles | undefined
  /** Time at work in the main agent's turns as it measured it; undefined where it measured none. */
  readonly activeMs: number | undefined
}

/** The figures of a conversation whose samples are not in memory, as JSON of `FiguresAtRest`: there are many, and few are looked at. */
export type KeptClocks = string

/** Of each clock, then of each tool: count, sum, p50, p90, p95, p99, maximum, estimated. */
type FiguresAtRest = readonly [clocks: readonly ClockWord[], tools: readonly string[], figures: readonly number[], activeMs?: number]

const KEPT_NUMBERS = 8

export type CallsOf = (conversationId: string) => Iterable<ToolCall>

export class Clocks implements SpanListener, CallListener {
  readonly #callsOf: CallsOf
  readonly #samples = new Map<string, ClockSamples>()
  readonly #kept = new Map<string, KeptClocks>()
  readonly #waits = new Map<string, Map<number, Span>>()
  /** Sums that were asked for, until a turn changes. */
  readonly #activeMs = new Map<string, number | undefined>()
  #changes = 0
  readonly #woken = new Set<string>()
  readonly spans = new Spans(this)

  constructor(callsOf: CallsOf) {
    this.#callsOf = callsOf
  }

  /** Another number whenever there are other samples. */
  get changes(): number {
    return this.#changes
  }

  /** Samples in memory, by conversation. */
  get samples(): ReadonlyMap<string, ClockSamples> {
    return this.#samples
  }

  figuresOf(conversationId: string): ClockFigures {
    const kept = this.#kept.get(conversationId)
    if (kept !== undefined) return figuresAtRest(JSON.parse(kept) as FiguresAtRest)
    return new FiguresInMemory(this.#samples.get(conversationId), this.#activeOf(conversationId))
  }

  callChanged(call: ToolCall, hasMoved: boolean): void {
    this.#changes++
    const all = this.#waitsOf(call.conversationId)
    const waits = hasMoved ? all : all.filter((wait) => overlapMs(call, wait) > 0)
    this.#sampleCall(call, waits)
    // Whether a wait was theirs depends on what else ran.
    for (const other of this.#callsIn(call.conversationId, waits)) if (other.key !== call.key) this.#sampleCall(other)
  }

  callLeaves(call: ToolCall): void {
    const samples = this.#samples.get(call.conversationId)
    samples?.put(call.place, undefined, 0, TOOL_SERIES)
    samples?.put(call.waitPlace, undefined, 0, WAIT_SERIES)
    call.place = NO_PLACE
    call.waitPlace = NO_PLACE
    for (const other of this.#callsIn(call.conversationId, this.#waitsOf(call.conversationId))) this.#sampleCall(other)
  }

  spanChanged(span: Span): void {
    this.#changes++
    const { what, conversationId, subagentId, model, startMs, endMs, isEstimated, isCut } = span
    if (what === "turn") this.#activeMs.delete(conversationId)
    // A permission that nobody answered was not answered late.
    const durationMs = what === "permission" && isCut ? undefined : endMs - startMs
    const series = { clock: what, label: model, subagentId, isEstimated: isEstimated || isCut }
    span.place = this.#of(conversationId).put(span.place, durationMs, endMs, series)
    if (what !== "permission") return
    let waits = this.#waits.get(conversationId)
    if (waits === undefined) this.#waits.set(conversationId, (waits = new Map()))
    waits.set(span.key, span)
    for (const call of this.#callsOf(conversationId)) this.#sampleCall(call)
  }

  spanLeaves(span: Span): void {
    this.#samples.get(span.conversationId)?.put(span.place, undefined, 0, WAIT_SERIES)
    this.#waits.get(span.conversationId)?.delete(span.key)
    this.#activeMs.delete(span.conversationId)
  }

  /** What a store keeps beside the calls and spans themselves. */
  kept(conversationId: string, tools: Iterable<string>): KeptClocks {
    const kept = this.#kept.get(conversationId)
    if (kept !== undefined) return kept
    const figures = this.figuresOf(conversationId)
    const { activeMs } = figures
    const clocks = CLOCKS.filter((clock) => figures.clock(clock) !== undefined)
    const named = [...tools].filter((tool) => figures.tool(tool) !== undefined)
    const numbers = [...clocks.flatMap((clock) => packed(figures.clock(clock))), ...named.flatMap((tool) => packed(figures.tool(tool)))]
    const atRest: FiguresAtRest = activeMs === undefined ? [clocks, named, numbers] : [clocks, named, numbers, activeMs]
    return JSON.stringify(atRest)
  }

  /** Puts back figures alone. */
  restoreKept(conversationId: string, kept: KeptClocks): void {
    this.#kept.set(conversationId, kept)
  }

  /** Lets a conversation's samples and spans go; its figures stay. Call before its calls are let go. */
  rest(conversationId: string, kept: KeptClocks): void {
    this.forget(conversationId)
    this.#kept.set(conversationId, kept)
  }

  /** A conversation's calls and spans come into memory: its figures are made of them from now on. */
  wake(conversationId: string): void {
    if (this.#kept.delete(conversationId)) this.#woken.add(conversationId)
  }

  /** Conversations that came into memory since this was last asked; they may be gone from there again, and other ones. */
  takeWoken(): ReadonlySet<string> {
    const woken = new Set(this.#woken)
    this.#woken.clear()
    return woken
  }

  /** Forgets a conversation. */
  forget(conversationId: string): void {
    this.spans.forget(conversationId)
    this.#samples.delete(conversationId)
    this.#kept.delete(conversationId)
    this.#waits.delete(conversationId)
    this.#activeMs.delete(conversationId)
  }

  #sampleCall(call: ToolCall, known?: readonly Span[]): void {
    const { conversationId, subagentId, name, startMs, endMs, outcome, durationMs, wasAsked } = call
    const pairMs = startMs === undefined || endMs === undefined ? undefined : endMs - startMs
    const waitMs = known?.length === 0 ? 0 : this.#waitMs(call)
    const isUnknownWait = wasAsked && waitMs === 0
    const toolMs =
      !isJudged(outcome) || name === "" ? undefined : (durationMs ?? (pairMs === undefined || isUnknownWait ? undefined : pairMs - waitMs))
    const at = endMs ?? startMs ?? 0
    if (toolMs !== undefined || call.place !== NO_PLACE) {
      const series = { clock: "tool", label: name, subagentId, isEstimated: false } as const
      call.place = this.#of(conversationId).put(call.place, toolMs, at, series)
    }
    // Where the wait itself was not seen: all of a call that was refused, and of one that ran what it took longer than its run.
    const ranMs = outcome === "rejected" ? 0 : isJudged(outcome) ? durationMs : undefined
    const askedMs = isUnknownWait && pairMs !== undefined && ranMs !== undefined ? pairMs - ranMs : undefined
    if (askedMs === undefined && call.waitPlace === NO_PLACE) return
    const series = { clock: "permission", label: "", subagentId, isEstimated: true } as const
    call.waitPlace = this.#of(conversationId).put(call.waitPlace, askedMs, at - (ranMs ?? 0), series)
  }

  /** How long a call waited for a person, as far as that was seen: a wait is that of the calls known to have been asked for, else of the only one. */
  #waitMs(call: ToolCall): number {
    let sum = 0
    for (const wait of this.#waitsOf(call.conversationId)) {
      const overlap = overlapMs(call, wait)
      if (overlap === 0) continue
      const others = [...this.#callsIn(call.conversationId, [wait])].filter((other) => other.key !== call.key)
      if (call.wasAsked || others.length === 0) sum += overlap
    }
    return sum
  }

  #callsIn(conversationId: string, waits: readonly Span[]): readonly ToolCall[] {
    if (waits.length === 0) return []
    return [...this.#callsOf(conversationId)].filter((call) => waits.some((wait) => overlapMs(call, wait) > 0))
  }

  #waitsOf(conversationId: string): readonly Span[] {
    return [...(this.#waits.get(conversationId)?.values() ?? [])]
  }

  #activeOf(conversationId: string): number | undefined {
    if (this.#activeMs.has(conversationId)) return this.#activeMs.get(conversationId)
    const sum = this.spans.activeMs(conversationId)
    this.#activeMs.set(conversationId, sum)
    return sum
  }

  #of(conversationId: string): ClockSamples {
    let samples = this.#samples.get(conversationId)
    if (samples === undefined) this.#samples.set(conversationId, (samples = new ClockSamples()))
    return samples
  }
}

/** Asked for with every row: not two closures each time. */
class FiguresInMemory implements ClockFigures {
  readonly #samples: ClockSamples | undefined
  readonly activeMs: number | undefined

  constructor(samples: ClockSamples | undefined, activeMs: number | undefined) {
    this.#samples = samples
    this.activeMs = activeMs
  }

  clock(clock: ClockWord): Percentiles | undefined {
    return this.#samples?.figures(clock)
  }

  tool(name: string): Percentiles | undefined {
    return this.#samples?.toolFigures(name)
  }
}

/** What stored entries of a conversation come to, without taking them into memory for longer. */
export function sampled(
  conversationId: string,
  entries: readonly StoredEntry[],
): { readonly samples: ClockSamples | undefined; readonly calls: Iterable<ToolCall> } {
  const clocks: Clocks = new Clocks((id) => tools.of(id))
  const tools: ToolCalls = new ToolCalls(clocks)
  tools.restore(
    conversationId,
    entries.filter((entry) => entry.kind === "call"),
    true,
  )
  clocks.spans.restore(entries.filter((entry) => entry.kind === "span"))
  return { samples: clocks.samples.get(conversationId), calls: tools.of(conversationId) }
}

const TOOL_SERIES = { clock: "tool", label: "", subagentId: undefined, isEstimated: false } as const
const WAIT_SERIES = { clock: "permission", label: "", subagentId: undefined, isEstimated: false } as const

/** How long an interval and a call went on together; 0 for one whose times are not known. */
function overlapMs({ startMs, endMs }: ToolCall, wait: Span): number {
  if (startMs === undefined || endMs === undefined) return 0
  return Math.max(0, Math.min(endMs, wait.endMs) - Math.max(startMs, wait.startMs))
}

function packed(figures: Percentiles | undefined): readonly number[] {
  if (figures === undefined) return []
  const { count, meanMs, p50Ms, p90Ms, p95Ms, p99Ms, maxMs, estimatedCount } = figures
  // Whole milliseconds: their sum is shorter than their mean, and gives the same mean again.
  return [count, Math.round(meanMs * count), p50Ms, p90Ms, p95Ms, p99Ms, maxMs, estimatedCount]
}

function figuresAtRest([clocks, tools, figures, activeMs]: FiguresAtRest): ClockFigures {
  return {
    clock: (clock) => unpacked(figures, clocks.indexOf(clock)),
    tool(tool) {
      const index = tools.indexOf(tool)
      return unpacked(figures, index < 0 ? index : clocks.length + index)
    },
    activeMs,
  }
}

function unpacked(figures: readonly number[], index: number): Percentiles | undefined {
  if (index < 0) return undefined
  const [count = 0, sumMs = 0, p50Ms = 0, p90Ms = 0, p95Ms = 0, p99Ms = 0, maxMs = 0, estimatedCount = 0] = figures.slice(
    index * KEPT_NUMBERS,
    (index + 1) * KEPT_NUMBERS,
  )
  return { count, meanMs: sumMs / count, p50Ms, p90Ms, p95Ms, p99Ms, maxMs, estimatedCount }
}
