import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { NO_USAGE, type TokenUsage } from "../domain/usage.ts"
import { CorrectionDesk, CorrectionRefusedError, CorrectionUnknownError, type Measured } from "./correction-desk.ts"
import { type CorrectionRecord, Corrections, differencesOf, type SomeTokens, sumOf, TOKEN_CLASSES } from "./corrections.ts"
import { createPriceBook } from "./prices/price-book.ts"

const prices = createPriceBook()

const someTokens = (least: number): fc.Arbitrary<SomeTokens> =>
  fc.record(Object.fromEntries(TOKEN_CLASSES.map((name) => [name, fc.integer({ min: least, max: 1000 })])), { requiredKeys: [] })

const changes: fc.Arbitrary<Pick<CorrectionRecord, "set" | "measured" | "add">> = fc
  .tuple(someTokens(0), someTokens(0), someTokens(-1000))
  .map(([set, measured, add]) => ({ set, measured, add: Object.fromEntries(Object.entries(add).filter(([name]) => !(name in set))) }))

function records(list: readonly Pick<CorrectionRecord, "set" | "measured" | "add">[]): CorrectionRecord[] {
  return list.map((change, index) => ({
    id: index + 1,
    conversationId: "c",
    note: "why",
    model: "claude-opus-5-5",
    createdMs: 1e12 + index,
    usageMs: 1e12,
    undoneMs: undefined,
    ...change,
  }))
}

/** What holds after these corrections, taken one after the other: a set replaces what was corrected so far, an add adds to it. */
function oneByOne(list: readonly CorrectionRecord[], from: TokenUsage = NO_USAGE): TokenUsage {
  return list.reduce(
    (sum, { set, measured, add }) =>
      Object.fromEntries(
        TOKEN_CLASSES.map((name) => [name, set[name] === undefined ? sum[name] + (add[name] ?? 0) : set[name] - (measured[name] ?? 0)]),
      ) as unknown as TokenUsage,
    from,
  )
}

describe("differences", () => {
  test("sum up to what taking one correction after the other gives, however the list is cut", () => {
    fc.assert(
      fc.property(fc.array(changes, { maxLength: 12 }), fc.nat(12), (list, cut) => {
        const all = records(list)
        expect(sumOf(differencesOf(all))).toEqual(oneByOne(all))
        expect(oneByOne(all.slice(cut), oneByOne(all.slice(0, cut)))).toEqual(sumOf(differencesOf(all)))
      }),
    )
  })

  test("of one taken back are as if it had never been, in whatever order others are", () => {
    fc.assert(
      fc.property(fc.array(changes, { minLength: 1, maxLength: 10 }), fc.infiniteStream(fc.nat(9)), (list, picks) => {
        const all = records(list)
        const books = new Corrections(prices)
        books.put(all)
        const gone = new Set<number>()
        for (const pick of picks) {
          if (gone.size === all.length) break
          const record = all[pick % all.length]
          if (record === undefined || gone.has(record.id)) continue
          gone.add(record.id)
          books.put([{ ...record, undoneMs: 1e12 }])
          const left = all.filter(({ id }) => !gone.has(id))
          const never = new Corrections(prices)
          never.put(left)
          expect(books.effectsOf("c")).toEqual(never.effectsOf("c"))
          if (gone.size > 4) break
        }
      }),
    )
  })

  test("cost the plain rates of the model, and as much the other way", () => {
    const books = new Corrections(prices)
    const set = { input: 1_000_000, cacheRead: 300_000, reasoning: 5 }
    const [more] = records([{ set, measured: {}, add: {} }])
    if (more === undefined) throw new Error("no record")
    books.put([
      more,
      { ...more, id: 2, conversationId: "d", set: {}, add: { input: -1_000_000, cacheRead: -300_000 } },
      { ...more, id: 3, conversationId: "e", model: "who" },
    ])
    expect(books.effectsOf("c")[0]).toMatchObject({ nanosUsd: 4_060_000_000n, isUnpriced: false })
    expect(books.effectsOf("d")[0]).toMatchObject({ nanosUsd: -4_060_000_000n, isUnpriced: false })
    expect(books.effectsOf("e")[0]).toMatchObject({ nanosUsd: 0n, isUnpriced: true })
  })
})

describe("the desk", () => {
  function bed(measured: Partial<TokenUsage> = { input: 100, output: 50, reasoning: 20 }) {
    const saved: CorrectionRecord[] = []
    const changed: string[] = []
    const corrections = new Corrections(prices)
    let failure: Error | undefined
    let known: Measured = { tokens: { ...NO_USAGE, ...measured }, lastModel: "claude-opus-5-5", lastMs: 5000 }
    const desk = new CorrectionDesk({
      corrections,
      journal: {
        save: async (record) => {
          await Promise.resolve()
          if (failure !== undefined) throw failure
          saved.push(record)
        },
      },
      measured: (id) => (id === "c" ? known : undefined),
      onChange: (id) => changed.push(id),
      now: () => 9000,
    })
    const correct = (more: Partial<Parameters<CorrectionDesk["correct"]>[0]>) =>
      desk.correct({ conversationId: "c", set: {}, add: {}, note: "why", model: undefined, ...more })
    const effective = (name: keyof TokenUsage) => known.tokens[name] + sumOf(corrections.effectsOf("c"))[name]
    return {
      desk,
      correct,
      corrections,
      saved,
      changed,
      effective,
      fail: (error: Error) => (failure = error),
      measure: (tokens: Partial<TokenUsage>) => (known = { ...known, tokens: { ...known.tokens, ...tokens } }),
    }
  }

  test("sets what was used up to now; what is measured later counts on top; a later set takes its place", async () => {
    const { correct, desk, effective, measure, saved, changed } = bed()
    const first = await correct({ set: { output: 80 } })
    expect(first).toMatchObject({ id: 1, model: "claude-opus-5-5", createdMs: 9000, usageMs: 5000, measured: { output: 50 } })
    expect(effective("output")).toBe(80)
    measure({ output: 60 })
    expect(effective("output")).toBe(90)
    await correct({ add: { output: 5 } })
    const second = await correct({ set: { output: 70 } })
    expect(effective("output")).toBe(70)
    await desk.undo(first.id)
    expect(effective("output")).toBe(70)
    await desk.undo(second.id)
    expect(effective("output")).toBe(65)
    await desk.undo(2)
    expect(effective("output")).toBe(60)
    expect(saved.map(({ id, undoneMs }) => `${id}${undoneMs === undefined ? "" : " undone"}`)).toEqual([
      "1",
      "2",
      "3",
      "1 undone",
      "3 undone",
      "2 undone",
    ])
    expect(changed.length).toBe(6)
  })

  test("takes one at a time, so that each has its own number and is held against the one before", async () => {
    const { correct, effective } = bed()
    const all = await Promise.allSettled(Array.from({ length: 5 }, () => correct({ add: { input: -30 } })))
    expect(all.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled", "rejected", "rejected"])
    expect(effective("input")).toBe(10)
    expect((await correct({ add: { input: 1 } })).id).toBe(4)
  })

  test("changes nothing where it cannot be written down", async () => {
    const { correct, desk, corrections, changed, fail } = bed()
    await correct({ add: { input: 1 } })
    fail(new Error("disk full"))
    await expect(correct({ add: { input: 1 } })).rejects.toThrow("disk full")
    await expect(desk.undo(1)).rejects.toThrow("disk full")
    expect(corrections.list()).toHaveLength(1)
    expect(corrections.get(1)?.undoneMs).toBeUndefined()
    expect(changed).toEqual(["c"])
  })

  test("leaves one that was taken back before as it is", async () => {
    const { correct, desk, saved } = bed()
    await correct({ add: { input: 1 } })
    const undone = await desk.undo(1)
    expect(await desk.undo(1)).toBe(undone)
    expect(saved).toHaveLength(2)
  })

  test.each<[string, Parameters<ReturnType<typeof bed>["correct"]>[0], string]>([
    ["nothing at all", {}, "a correction has to name tokens of some class to set or to add"],
    ["no reason", { set: { input: 1 }, note: " " }, "a correction needs a note of 1..500 characters that says why"],
    ["a class twice", { set: { cacheRead: 1 }, add: { cacheRead: 1 } }, "cache_read is both set and added to; choose one"],
    ["less than nothing", { set: { cacheWrite1h: -1 } }, "cache_write_1h cannot be set below zero"],
    ["taking away more than there is", { add: { input: -101 } }, "input would be -1; ask for less"],
    ["half a token", { add: { input: 0.5 } }, "input has to be a whole number of at most 1000000000000"],
    ["absurd amounts", { set: { input: 1e13 } }, "input has to be a whole number of at most 1000000000000"],
    [
      "more reasoning than output",
      { set: { output: 10 } },
      "reasoning would be 20 of 10 output tokens, which it is a part of; ask for less",
    ],
  ])("refuses %s", async (_name, wanted, message) => {
    const { correct, saved } = bed()
    await expect(correct(wanted)).rejects.toThrow(new CorrectionRefusedError(message))
    expect(saved).toEqual([])
  })

  test("refuses to take back what later ones rest on, and what is not known", async () => {
    const { correct, desk } = bed()
    await correct({ add: { input: 50 } })
    await correct({ add: { input: -150 } })
    await expect(desk.undo(1)).rejects.toThrow(new CorrectionRefusedError("input would be -50; take back later corrections first"))
    await expect(desk.undo(7)).rejects.toThrow(CorrectionUnknownError)
    await expect(correct({ conversationId: "nobody", add: { input: 1 } })).rejects.toThrow(CorrectionUnknownError)
  })
})
