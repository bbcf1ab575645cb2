// Requests, tool calls and other intervals packed into bytes, some thirty each where a row of their own would take a hundred: most of a history are these.
// An entry is a kind, flags, and the members that the flags announce. Released kinds and flags never change their meaning.

import type { ToolOutcome } from "../domain/facts.ts"
import type { PriceFactors } from "../domain/usage.ts"
import type { StoredCall, StoredEntry, StoredLeft, StoredRequest, StoredSpan } from "../model/stored-entry.ts"
import type { Names } from "./names.ts"
import { PackedReader, PackedWriter } from "./packed-bytes.ts"

const REQUEST = 1
const CALL = 2
const REQUEST_LEFT = 3
const CALL_LEFT = 4
const SPAN = 10
const SPAN_LEFT = 11

const HAS_SUBAGENT = 1
const HAS_TAG = 2
const HAS_FACTORS = 4
const IS_SIDECHAIN = 8
const IS_VARIANT = 16
const HAS_CACHE_WRITE = 32

const HAS_START = 2
const HAS_END = 4
const HAS_OUTCOME = 8
const HAS_DURATION = 16
const IS_ABANDONED = 32
const WAS_ASKED = 128

const IS_ESTIMATED = 2
const IS_CUT = 4
const HAS_ACTIVE = 8

/** Stored by their place: new ones are added at the end. */
const SPANS: readonly StoredSpan["what"][] = ["model", "permission", "turn", "idle"]

/** Stored by their place: new ones are added at the end. */
const OUTCOMES: readonly ToolOutcome[] = [
  "ok",
  "failed",
  "model-error",
  "timeout",
  "denied",
  "rejected",
  "interrupted",
  "cancelled",
  "background",
  "command-failed",
]

/** The number of a text that neighbours mostly share. */
class SharedName {
  readonly #names: Names
  #text: string | undefined
  #number = 0

  constructor(names: Names) {
    this.#names = names
  }

  number(text: string): number {
    if (text !== this.#text) {
      this.#number = this.#names.number(text)
      this.#text = text
    }
    return this.#number
  }
}

/** Packs entries one after the other. */
export class EntryWriter {
  readonly #names: Names
  readonly #conversation: SharedName
  readonly #model: SharedName
  readonly #tool: SharedName
  #factors: PriceFactors | undefined
  #factorsNumber = 0
  readonly #out = new PackedWriter()

  constructor(names: Names) {
    this.#names = names
    this.#conversation = new SharedName(names)
    this.#model = new SharedName(names)
    this.#tool = new SharedName(names)
  }

  put(entry: StoredEntry): void {
    const out = this.#out
    if (entry.kind === "request") this.#request(entry)
    else if (entry.kind === "call") this.#call(entry)
    else if (entry.kind === "span") this.#span(entry)
    else {
      out.byte(LEFT_CODES[entry.kind])
      out.number(entry.key)
    }
  }

  take(): Uint8Array {
    return this.#out.take()
  }

  #request(entry: StoredRequest): void {
    const out = this.#out
    const { usage, factors, subagentId } = entry
    const hasCacheWrite = usage.cacheWrite5m > 0 || usage.cacheWrite1h > 0
    out.byte(REQUEST)
    out.byte(
      (subagentId === undefined ? 0 : HAS_SUBAGENT) |
        (entry.tag === 0 ? 0 : HAS_TAG) |
        (factors === undefined ? 0 : HAS_FACTORS) |
        (entry.sidechain ? IS_SIDECHAIN : 0) |
        (entry.isVariant ? IS_VARIANT : 0) |
        (hasCacheWrite ? HAS_CACHE_WRITE : 0),
    )
    out.number(entry.key)
    if (entry.tag !== 0) out.number(entry.tag)
    out.number(this.#conversation.number(entry.conversationId))
    if (subagentId !== undefined) out.number(this.#names.number(subagentId))
    out.number(this.#model.number(entry.model))
    out.number(entry.timeMs)
    if (factors !== undefined) out.number(this.#numberOf(factors))
    out.number(usage.input)
    out.number(usage.output)
    out.number(usage.reasoning)
    out.number(usage.cacheRead)
    if (!hasCacheWrite) return
    out.number(usage.cacheWrite5m)
    out.number(usage.cacheWrite1h)
  }

  #numberOf(factors: PriceFactors): number {
    if (factors !== this.#factors) {
      this.#factors = factors
      this.#factorsNumber = this.#names.number(JSON.stringify(factors))
    }
    return this.#factorsNumber
  }

  #call(entry: StoredCall): void {
    const out = this.#out
    const { subagentId, startMs, endMs, outcome, durationMs } = entry
    out.byte(CALL)
    out.byte(
      (subagentId === undefined ? 0 : HAS_SUBAGENT) |
        (startMs === undefined ? 0 : HAS_START) |
        (endMs === undefined ? 0 : HAS_END) |
        (outcome === undefined ? 0 : HAS_OUTCOME) |
        (durationMs === undefined ? 0 : HAS_DURATION) |
        (entry.abandoned ? IS_ABANDONED : 0) |
        (entry.wasAsked ? WAS_ASKED : 0),
    )
    out.number(entry.key)
    out.number(this.#conversation.number(entry.conversationId))
    if (subagentId !== undefined) out.number(this.#names.number(subagentId))
    out.number(this.#tool.number(entry.name))
    if (startMs !== undefined) out.number(startMs)
    if (endMs !== undefined) out.signed(endMs - (startMs ?? 0))
    if (outcome !== undefined) out.byte(OUTCOMES.indexOf(outcome))
    if (durationMs !== undefined) out.number(durationMs)
  }

  #span(entry: StoredSpan): void {
    const out = this.#out
    const { subagentId, activeMs } = entry
    out.byte(SPAN)
    out.byte(SPANS.indexOf(entry.what))
    out.byte(
      (subagentId === undefined ? 0 : HAS_SUBAGENT) |
        (entry.isEstimated ? IS_ESTIMATED : 0) |
        (entry.isCut ? IS_CUT : 0) |
        (activeMs === undefined ? 0 : HAS_ACTIVE),
    )
    out.number(entry.key)
    out.number(this.#conversation.number(entry.conversationId))
    if (subagentId !== undefined) out.number(this.#names.number(subagentId))
    out.number(this.#model.number(entry.model))
    out.number(entry.startMs)
    out.signed(entry.endMs - entry.startMs)
    if (activeMs !== undefined) out.number(activeMs)
  }
}

const LEFT_CODES: Record<StoredLeft["kind"], number> = { "request-left": REQUEST_LEFT, "call-left": CALL_LEFT, "span-left": SPAN_LEFT }
const LEFT_KINDS = new Map(Object.entries(LEFT_CODES).map(([kind, code]) => [code, kind as StoredLeft["kind"]]))

/** Texts by number, and factors by the number of their text. */
export interface EntryNames {
  text(number: number): string
  factors(number: number): PriceFactors
}

/** The entry that starts where the reader stands. Throws RangeError for bytes that are none of ours. */
export function readEntry(reader: PackedReader, names: EntryNames): StoredEntry {
  const kind = reader.byte()
  if (kind === REQUEST) return readRequest(reader, names)
  if (kind === CALL) return readCall(reader, names)
  if (kind === SPAN) return readSpan(reader, names)
  const left = LEFT_KINDS.get(kind)
  if (left !== undefined) return { kind: left, key: reader.number() }
  throw new RangeError(`an entry of kind ${kind}`)
}

function readRequest(reader: PackedReader, names: EntryNames): StoredRequest {
  const flags = reader.byte()
  const key = reader.number()
  const tag = (flags & HAS_TAG) === 0 ? 0 : reader.number()
  const conversationId = names.text(reader.number())
  const subagentId = (flags & HAS_SUBAGENT) === 0 ? undefined : names.text(reader.number())
  const model = names.text(reader.number())
  const timeMs = reader.number()
  const factors = (flags & HAS_FACTORS) === 0 ? undefined : names.factors(reader.number())
  const input = reader.number()
  const output = reader.number()
  const reasoning = reader.number()
  const cacheRead = reader.number()
  const cacheWrite5m = (flags & HAS_CACHE_WRITE) === 0 ? 0 : reader.number()
  const cacheWrite1h = (flags & HAS_CACHE_WRITE) === 0 ? 0 : reader.number()
  const isVariant = (flags & IS_VARIANT) !== 0
  const sidechain = (flags & IS_SIDECHAIN) !== 0
  const usage = { input, output, reasoning, cacheRead, cacheWrite5m, cacheWrite1h }
  return { kind: "request", key, tag, isVariant, sidechain, conversationId, subagentId, model, timeMs, usage, factors }
}

function readCall(reader: PackedReader, names: EntryNames): StoredCall {
  const flags = reader.byte()
  const key = reader.number()
  const conversationId = names.text(reader.number())
  const subagentId = (flags & HAS_SUBAGENT) === 0 ? undefined : names.text(reader.number())
  const name = names.text(reader.number())
  const startMs = (flags & HAS_START) === 0 ? undefined : reader.number()
  const endMs = (flags & HAS_END) === 0 ? undefined : (startMs ?? 0) + reader.signed()
  const outcome = (flags & HAS_OUTCOME) === 0 ? undefined : OUTCOMES[reader.byte()]
  const durationMs = (flags & HAS_DURATION) === 0 ? undefined : reader.number()
  const abandoned = (flags & IS_ABANDONED) !== 0
  const wasAsked = (flags & WAS_ASKED) !== 0
  return { kind: "call", key, conversationId, subagentId, name, startMs, endMs, outcome, durationMs, abandoned, wasAsked }
}

function readSpan(reader: PackedReader, names: EntryNames): StoredSpan {
  const what = SPANS[reader.byte()]
  if (what === undefined) throw new RangeError("a span of no known kind")
  const flags = reader.byte()
  const key = reader.number()
  const conversationId = names.text(reader.number())
  const subagentId = (flags & HAS_SUBAGENT) === 0 ? undefined : names.text(reader.number())
  const model = names.text(reader.number())
  const startMs = reader.number()
  const endMs = startMs + reader.signed()
  const activeMs = (flags & HAS_ACTIVE) === 0 ? undefined : reader.number()
  const isEstimated = (flags & IS_ESTIMATED) !== 0
  const isCut = (flags & IS_CUT) !== 0
  return { kind: "span", what, key, conversationId, subagentId, model, startMs, endMs, isEstimated, isCut, activeMs }
}

/** Which entries are the same one: of one kind and key, and for copies of one request id of one tag. */
export interface EntryIdentity {
  readonly what: "request" | "call" | "answer" | "interval"
  readonly key: number
  /** Set for the copies of one request id. */
  readonly tag: number | undefined
  /** It is not kept here any more. */
  readonly isLeft: boolean
}

/** Passes over the entry where the reader stands and says which it is; as `readEntry` reads it. */
export function skipEntry(reader: PackedReader): EntryIdentity {
  const kind = reader.byte()
  if (kind === REQUEST) return skipRequest(reader)
  if (kind === CALL) return skipCall(reader)
  if (kind === SPAN) return skipSpan(reader)
  const what = LEFT_WORDS.get(kind)
  if (what !== undefined) return { what, key: reader.number(), tag: undefined, isLeft: true }
  throw new RangeError(`an entry of kind ${kind}`)
}

const LEFT_WORDS: ReadonlyMap<number, EntryIdentity["what"]> = new Map([
  [REQUEST_LEFT, "request"],
  [CALL_LEFT, "call"],
  [SPAN_LEFT, "answer"],
])

function skipRequest(reader: PackedReader): EntryIdentity {
  const flags = reader.byte()
  const key = reader.number()
  const tag = (flags & HAS_TAG) === 0 ? 0 : reader.number()
  // Conversation, model, time and four classes of tokens are always there.
  reader.skip(7 + isSet(flags, HAS_SUBAGENT) + isSet(flags, HAS_FACTORS) + 2 * isSet(flags, HAS_CACHE_WRITE))
  return { what: "request", key, tag: (flags & IS_VARIANT) === 0 ? undefined : tag, isLeft: false }
}

function skipCall(reader: PackedReader): EntryIdentity {
  const flags = reader.byte()
  const key = reader.number()
  // Conversation and tool are always there. An outcome is a byte, and as such a number.
  const optional = [HAS_SUBAGENT, HAS_START, HAS_END, HAS_OUTCOME, HAS_DURATION]
  reader.skip(optional.reduce((count, flag) => count + isSet(flags, flag), 2))
  return { what: "call", key, tag: undefined, isLeft: false }
}

function skipSpan(reader: PackedReader): EntryIdentity {
  const what = SPANS[reader.byte()]
  if (what === undefined) throw new RangeError("a span of no known kind")
  const flags = reader.byte()
  const key = reader.number()
  // Conversation, model, start and length are always there.
  reader.skip(4 + isSet(flags, HAS_SUBAGENT) + isSet(flags, HAS_ACTIVE))
  return { what: what === "model" ? "answer" : "interval", key, tag: undefined, isLeft: false }
}

function isSet(flags: number, flag: number): 0 | 1 {
  return (flags & flag) === 0 ? 0 : 1
}

/** Puts all pieces of a conversation into one: of each entry the last, and none that left. */
export function mergePieces(pieces: readonly Uint8Array[]): Uint8Array {
  const last = new Map<string, Uint8Array>()
  for (const piece of pieces)
    eachEntry(piece, (identity, bytes) => {
      const id = `${identity.what} ${identity.key}${identity.tag === undefined ? "" : ` ${identity.tag}`}`
      last.delete(id)
      if (!identity.isLeft) last.set(id, bytes)
    })
  let length = 0
  for (const bytes of last.values()) length += bytes.length
  const merged = new Uint8Array(length)
  let at = 0
  for (const bytes of last.values()) {
    merged.set(bytes, at)
    at += bytes.length
  }
  return merged
}

function eachEntry(piece: Uint8Array, visit: (identity: EntryIdentity, bytes: Uint8Array) => void): void {
  const reader = new PackedReader(piece)
  while (!reader.isDone) {
    const start = reader.at
    visit(skipEntry(reader), reader.since(start))
  }
}
