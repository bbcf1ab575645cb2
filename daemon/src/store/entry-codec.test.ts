import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { PriceFactors } from "../domain/usage.ts"
import type { StoredCall, StoredEntry, StoredRequest, StoredSpan } from "../model/stored-entry.ts"
import { type EntryNames, EntryWriter, mergePieces, readEntry } from "./entry-codec.ts"
import { Names } from "./names.ts"
import { PackedReader } from "./packed-bytes.ts"

const count = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 500_000 }))
const usage = fc.record({ input: count, output: count, reasoning: count, cacheRead: count, cacheWrite5m: count, cacheWrite1h: count })
const factors = fc.option(fc.record({ speed: fc.constant("fast" as const), geo: fc.string() }), { nil: undefined })
const name = fc.string({ minLength: 1, maxLength: 20 })
const key = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.maxSafeNat())
const timeMs = fc.integer({ min: 1, max: 4_000_000_000_000 })
const subagentId = fc.option(name, { nil: undefined })

const request: fc.Arbitrary<StoredRequest> = fc.record({
  kind: fc.constant("request" as const),
  key,
  tag: fc.maxSafeNat(),
  isVariant: fc.boolean(),
  sidechain: fc.boolean(),
  conversationId: name,
  subagentId,
  model: name,
  timeMs,
  usage,
  factors,
})
const call: fc.Arbitrary<StoredCall> = fc.record({
  kind: fc.constant("call" as const),
  key,
  conversationId: name,
  subagentId,
  name: fc.string(),
  startMs: fc.option(timeMs, { nil: undefined }),
  endMs: fc.option(timeMs, { nil: undefined }),
  outcome: fc.option(
    fc.constantFrom("ok", "failed", "model-error", "timeout", "denied", "rejected", "interrupted", "cancelled", "background"),
    { nil: undefined },
  ),
  durationMs: fc.option(fc.integer({ min: 0, max: 86_400_000 }), { nil: undefined }),
  abandoned: fc.boolean(),
  wasAsked: fc.boolean(),
})
const span: fc.Arbitrary<StoredSpan> = fc.record({
  kind: fc.constant("span" as const),
  what: fc.constantFrom("model", "permission", "turn", "idle"),
  key,
  conversationId: name,
  subagentId,
  model: fc.string(),
  startMs: timeMs,
  endMs: timeMs,
  isEstimated: fc.boolean(),
  isCut: fc.boolean(),
  activeMs: fc.option(fc.integer({ min: 0, max: 86_400_000 }), { nil: undefined }),
})
const left = fc.record({ kind: fc.constantFrom("request-left" as const, "call-left" as const, "span-left" as const), key })
const entries = fc.array(fc.oneof(request, call, span, left), { maxLength: 40 })

function bed() {
  const names = new Names()
  const known: EntryNames = {
    text: (number) => names.text(number) ?? "?",
    factors: (number) => JSON.parse(names.text(number) ?? "") as PriceFactors,
  }
  const pack = (list: readonly StoredEntry[]): Uint8Array => {
    const writer = new EntryWriter(names)
    for (const entry of list) writer.put(entry)
    return writer.take()
  }
  const unpack = (bytes: Uint8Array): StoredEntry[] => {
    const reader = new PackedReader(bytes)
    const list: StoredEntry[] = []
    while (!reader.isDone) list.push(readEntry(reader, known))
    return list
  }
  return { pack, unpack }
}

describe("packed entries", () => {
  test("come back as they were", () => {
    fc.assert(
      fc.property(entries, (list) => {
        const { pack, unpack } = bed()
        expect(unpack(pack(list))).toEqual(list)
      }),
    )
  })

  test("are merged to the last of each, without what left", () => {
    fc.assert(
      fc.property(fc.array(entries, { maxLength: 6 }), (pieces) => {
        const { pack, unpack } = bed()
        const last = new Map<string, StoredEntry>()
        for (const entry of pieces.flat()) {
          const what = entry.kind === "span" && entry.what !== "model" ? "interval" : entry.kind.replace("-left", "")
          const tag = entry.kind === "request" && entry.isVariant ? ` ${entry.tag}` : ""
          if (!entry.kind.endsWith("-left")) last.set(`${what} ${entry.key}${tag}`, entry)
          else last.delete(`${what} ${entry.key}`)
        }
        const merged = unpack(mergePieces(pieces.map(pack)))
        const byText = (list: Iterable<StoredEntry>): string[] => [...list].map((entry) => JSON.stringify(entry)).toSorted()
        expect(byText(merged)).toEqual(byText(last.values()))
      }),
    )
  })

  test("that are none end in an error and not in a loop", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (bytes) => {
        const { unpack } = bed()
        try {
          unpack(bytes)
        } catch (error) {
          expect(error instanceof RangeError || error instanceof SyntaxError).toBe(true)
        }
      }),
    )
  })
})
