// Intervals that are not tool calls: answers of the model, turns, idle times, waits for a permission. Each is kept once, whatever copies of it
// are read in whatever order: what is known of it is the best of what the copies say.

import { keyHash } from "./key-hash.ts"
import { NO_PLACE } from "./clock-samples.ts"
import type { StoredEntry, StoredSpan } from "./stored-entry.ts"
import { Unsaved } from "./unsaved.ts"

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

export type Span = { -readonly [K in keyof Omit<StoredSpan, "kind">]: StoredSpan[K] } & {
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
  readonly #spans = new Map<number, Span>()
  readonly #byConversation = new Map<string, Span[]>()
  /** Spans that changed since a store last asked. */
  readonly unsaved = new Unsaved<Span>("span-left")

  constructor(listener: SpanListener) {
    this.#listener = listener
  }

  /** Folds one copy. Answers the conversations whose figures it changed. */
  see(seen: SpanSeen): readonly string[] {
    const key = keyOf(seen)
    // Every fact may bring a text of its own: the spans of a conversation share one.
    const { what, conversationId, subagentId, startMs, endMs, isCut = false, isEstimated = false, model = "", activeMs } = seen
    const ownId = this.#byConversation.get(conversationId)?.[0]?.conversationId ?? conversationId
    const fresh: Span = {
      what,
      key,
      conversationId: ownId,
      subagentId,
      model,
      startMs,
      endMs,
      isEstimated,
      isCut,
      activeMs,
      place: NO_PLACE,
    }
    const span = this.#spans.get(key)
    if (span === undefined) {
      this.#put(fresh)
      return [conversationId]
    }
    const merged = what === "model" ? mergedAnswers(span, fresh) : mergedIntervals(span, fresh)
    if (isSame(span, merged)) return []
    const before = span.conversationId
    if (merged.conversationId !== before) this.#leave(span)
    Object.assign(span, merged, { place: span.place })
    if (merged.conversationId !== before) listOf(this.#byConversation, span.conversationId).push(span)
    this.unsaved.changed(span)
    this.#listener.spanChanged(span)
    return before === span.conversationId ? [before] : [before, span.conversationId]
  }

  /** The conversation of a key's span, where it is in memory. */
  homeOf(key: number): string | undefined {
    return this.#spans.get(key)?.conversationId
  }

  /** Unordered. */
  of(conversationId: string): Iterable<Span> {
    return this.#byConversation.get(conversationId) ?? []
  }

  takeUnsaved(to: Map<string, StoredEntry[]>): void {
    this.unsaved.take(to, ({ place: _place, ...span }) => ({ home: span.conversationId, entries: [{ kind: "span", ...span }] }))
  }

  /** Puts back what a store kept. */
  restore(spans: Iterable<StoredSpan>): void {
    for (const stored of spans) {
      if (this.#spans.has(stored.key)) continue
      const { what, key, conversationId, subagentId, model, startMs, endMs, isEstimated, isCut, activeMs } = stored
      this.#add({ what, key, conversationId, subagentId, model, startMs, endMs, isEstimated, isCut, activeMs, place: NO_PLACE })
    }
  }

  /** Adds the conversations that a store has to write spans of to `to`. */
  addUnsavedHomes(to: Set<string>): void {
    this.unsaved.addHomes(to, (span) => span.conversationId)
  }

  /** Forgets a conversation's spans. */
  forget(conversationId: string): void {
    for (const span of this.of(conversationId)) {
      this.#spans.delete(span.key)
      this.unsaved.forget(span)
    }
    this.#byConversation.delete(conversationId)
  }

  #put(span: Span): void {
    this.unsaved.changed(span)
    this.#add(span)
  }

  #add(span: Span): void {
    this.#spans.set(span.key, span)
    listOf(this.#byConversation, span.conversationId).push(span)
    this.#listener.spanChanged(span)
  }

  #leave(span: Span): void {
    this.#listener.spanLeaves(span)
    this.unsaved.left(span.conversationId, span.key)
    const neighbours = listOf(this.#byConversation, span.conversationId)
    neighbours.splice(neighbours.indexOf(span), 1)
    span.place = NO_PLACE
  }
}

function keyOf({ what, key, conversationId, subagentId = "", startMs }: SpanSeen): number {
  return key === undefined ? keyHash(`${what}\n${conversationId}\n${subagentId}\n${startMs}`) : keyHash(key)
}

type Known = Omit<Span, "place">

/** Measured beats estimated, then the earlier start; copies of one start go by their names, so that the order of reading does not show. */
function mergedAnswers(a: Known, b: Known): Known {
  return { ...(compareClaims(a, b) <= 0 ? a : b), endMs: Math.max(a.endMs, b.endMs) }
}

function compareClaims(a: Known, b: Known): number {
  return (
    Number(a.isEstimated) - Number(b.isEstimated) ||
    a.startMs - b.startMs ||
    compareText(a.conversationId, b.conversationId) ||
    compareText(a.subagentId ?? "", b.subagentId ?? "") ||
    compareText(a.model, b.model)
  )
}

/** A real end beats a cut. A turn ends with the last line that says so, anything else with the first. */
function mergedIntervals(a: Known, b: Known): Known {
  const later = a.what === "turn" ? b.endMs - a.endMs : a.endMs - b.endMs
  const order = Number(a.isCut) - Number(b.isCut) || later || Number(a.isEstimated) - Number(b.isEstimated)
  const activeMs = a.activeMs === undefined || b.activeMs === undefined ? (a.activeMs ?? b.activeMs) : Math.max(a.activeMs, b.activeMs)
  return { ...(order <= 0 ? a : b), activeMs }
}

function isSame(a: Known, b: Known): boolean {
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

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function listOf(map: Map<string, Span[]>, key: string): Span[] {
  let list = map.get(key)
  if (list === undefined) map.set(key, (list = []))
  return list
}
