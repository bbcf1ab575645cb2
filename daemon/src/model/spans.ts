// Intervals that are not tool calls: answers of the model, turns, idle times, waits for a permission. Each is kept once, whatever copies of it
// are read in whatever order: what is known of it is the best of what the copies say.

import { NO_PLACE } from "./clock-samples.ts"
import { keyHash } from "./key-hash.ts"
import { type SpanRow, SpanTable } from "./span-table.ts"
import type { StoredEntry, StoredSpan } from "./stored-entry.ts"
import { Unsaved } from "./unsaved.ts"
import { compareText } from "./compare-text.ts"

export type SpanWord = StoredSpan["what"]

/** What one copy says of an interval. */
export interface SpanSeen {
  readonly what: SpanWord
  readonly conversationId: string
  readonly subagentId?: string | undefined
  /** Of an answer, the request's key; all others are told apart by whose they are and when they started. */
  readonly key?: string
  /** Of an answer. */
  readonly model?: string
  readonly startMs: number
  readonly endMs: number
  readonly isEstimated?: boolean
  /** Its agent was gone before it came to its end: a real end puts it right. */
  readonly isCut?: boolean
  /** Of a turn: its active part as the agent measured it. */
  readonly activeMs?: number | undefined
}

export interface Span extends Omit<StoredSpan, "kind"> {
  /** Where its sample is. */
  place: number
}

/** Hears of changes. */
export interface SpanListener {
  spanChanged(span: Span): void
  /** It is going to another conversation, or is forgotten. */
  spanLeaves(span: Span): void
}

export class Spans {
  readonly #listener: SpanListener
  readonly #table = new SpanTable()
  /** Rows that changed since a store last asked. */
  readonly unsaved = new Unsaved<number>("span-left")

  constructor(listener: SpanListener) {
    this.#listener = listener
  }

  /** Folds one copy. Answers the conversations whose figures it changed. */
  see(seen: SpanSeen): readonly string[] {
    const { what, conversationId, subagentId, startMs, endMs, isCut = false, isEstimated = false, model = "", activeMs } = seen
    const key = keyOf(seen)
    const copy: StoredSpan = { kind: "span", what, key, conversationId, subagentId, model, startMs, endMs, isEstimated, isCut, activeMs }
    const span = this.#table.find(key)
    if (span === undefined) {
      this.#changed(this.#table.add(copy))
      return [conversationId]
    }
    const known = span.stored()
    const merged = what === "model" ? mergedAnswers(known, copy) : mergedIntervals(known, copy)
    if (isSame(known, merged)) return []
    const hasMoved = merged.conversationId !== known.conversationId
    if (hasMoved) this.#leave(span)
    span.become(merged)
    if (hasMoved) this.#table.join(span, merged.conversationId)
    this.#changed(span)
    return hasMoved ? [known.conversationId, merged.conversationId] : [merged.conversationId]
  }

  /** The conversation of a key's span, where it is in memory. */
  homeOf(key: number): string | undefined {
    return this.#table.find(key)?.conversationId
  }

  /** Unordered. */
  of(conversationId: string): readonly Span[] {
    return this.#table.of(conversationId)
  }

  /** Time at work in the main agent's turns; undefined where none of them tells it. */
  activeMs(conversationId: string): number | undefined {
    return this.#table.activeMs(conversationId)
  }

  takeUnsaved(to: Map<string, StoredEntry[]>): void {
    this.unsaved.take(to, (row) => {
      const span = this.#table.at(row).stored()
      return { home: span.conversationId, entries: [span] }
    })
  }

  /** Puts back what a store kept. */
  restore(spans: Iterable<StoredSpan>): void {
    for (const stored of spans) {
      if (this.#table.find(stored.key) === undefined) this.#listener.spanChanged(this.#table.add(stored))
    }
  }

  /** Adds the conversations that a store has to write spans of to `to`. */
  addUnsavedHomes(to: Set<string>): void {
    this.unsaved.addHomes(to, (row) => this.#table.at(row).conversationId)
  }

  /** Forgets a conversation's spans. */
  forget(conversationId: string): void {
    for (const row of this.#table.forget(conversationId)) this.unsaved.forget(row)
  }

  #changed(span: SpanRow): void {
    this.unsaved.changed(span.row)
    this.#listener.spanChanged(span)
  }

  #leave(span: SpanRow): void {
    this.#listener.spanLeaves(span)
    this.unsaved.left(span.conversationId, span.key)
    this.#table.leave(span)
    span.place = NO_PLACE
  }
}

function keyOf({ what, key, conversationId, subagentId = "", startMs }: SpanSeen): number {
  return key === undefined ? keyHash(`${what}\n${conversationId}\n${subagentId}\n${startMs}`) : keyHash(key)
}

/** Measured beats estimated, then the earlier start; copies of one start go by their names, so that the order of reading does not show. */
function mergedAnswers(a: StoredSpan, b: StoredSpan): StoredSpan {
  return { ...(compareClaims(a, b) <= 0 ? a : b), endMs: Math.max(a.endMs, b.endMs) }
}

function compareClaims(a: StoredSpan, b: StoredSpan): number {
  return (
    Number(a.isEstimated) - Number(b.isEstimated) ||
    a.startMs - b.startMs ||
    compareText(a.conversationId, b.conversationId) ||
    compareText(a.subagentId ?? "", b.subagentId ?? "") ||
    compareText(a.model, b.model)
  )
}

/** A real end beats a cut. A turn ends with the last line that says so, anything else with the first. */
function mergedIntervals(a: StoredSpan, b: StoredSpan): StoredSpan {
  const later = a.what === "turn" ? b.endMs - a.endMs : a.endMs - b.endMs
  const order = Number(a.isCut) - Number(b.isCut) || later || Number(a.isEstimated) - Number(b.isEstimated)
  const activeMs = a.activeMs === undefined || b.activeMs === undefined ? (a.activeMs ?? b.activeMs) : Math.max(a.activeMs, b.activeMs)
  return { ...(order <= 0 ? a : b), activeMs }
}

function isSame(a: StoredSpan, b: StoredSpan): boolean {
  return (
    a.conversationId === b.conversationId &&
    a.subagentId === b.subagentId &&
    a.model === b.model &&
    a.startMs === b.startMs &&
    a.endMs === b.endMs &&
    a.isEstimated === b.isEstimated &&
    a.isCut === b.isCut &&
    a.activeMs === b.activeMs
  )
}
