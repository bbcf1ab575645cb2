// Recorded sessions through the daemon's own reading into its world: what is counted plus what is hidden is what the agent booked.

import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { create } from "@bufbuild/protobuf"
import { HostSchema, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { describe, expect, test } from "vitest"
import { createPriceBook } from "../src/model/prices/price-book.ts"
import { World } from "../src/model/world.ts"
import { normaliserOf } from "../src/observe/transcripts/registry.ts"
import { startCursor } from "../src/work/cursor.ts"
import { readFrom } from "../src/work/read.ts"

const HOME = join(import.meta.dirname, "../../../shared/data/claude")

/** The compacted one, with side questions; its calls without a line, as the agent booked them. */
const HIDING = "00000000-0000-4000-8000-0000000000d1"
const FORK = "00000000-0000-4000-8000-0000000000f1"

describe.skipIf(!existsSync(HOME))("what Claude Code booked", () => {
  const paths = existsSync(HOME) ? transcripts() : []
  const forward = worldOf(paths)
  const rows = new Map(forward.metrics(Scope.ALL).map(({ message }) => [message.conversationId, message]))
  const booked = paths.flatMap((path) => {
    const usd = bookedUsd(path)
    return usd === undefined
      ? []
      : [{ id: path.slice(path.lastIndexOf("/") + 1, -".jsonl".length), nanosUsd: BigInt(Math.round(usd * 1e9)) }]
  })

  test("there is enough to compare with", () => expect(booked.length).toBeGreaterThanOrEqual(17))

  test.each(booked)("$id", ({ id, nanosUsd }) => {
    const row = rows.get(id)
    const own = row?.booked
    expect(own?.nanosUsd).toBe(nanosUsd)
    expect(own?.countedNanosUsd).toBe(row?.cost?.nanosUsd)
    const hidden = own?.hidden.reduce((sum, part) => sum + part.nanosUsd, 0n) ?? 0n
    expect((own?.countedNanosUsd ?? 0n) + (own?.inheritedNanosUsd ?? 0n) + hidden).toBe(nanosUsd)
    expect({ unbooked: own?.unbookedNanosUsd, price: own?.priceDifferenceNanosUsd }).toEqual({ unbooked: 0n, price: 0n })
    if (id !== HIDING) expect(hidden).toBe(0n)
    if (id !== FORK) expect(own?.inheritedNanosUsd).toBe(0n)
  })

  test("hidden calls are told by model and class", () => {
    const hidden = rows.get(HIDING)?.booked?.hidden.map(({ model, tokens }) => [model, tokens?.output])
    // Two compactions, a side question, and 8 more that the agent guessed of a stream that broke off.
    expect(hidden).toEqual([
      ["claude-sonnet-5-5", 500n],
      ["claude-opus-5-5", 258n],
    ])
  })

  test("comes to the same in whatever order the files are read", () => {
    const backward = worldOf(paths.toReversed())
    for (const { message: row } of backward.metrics(Scope.ALL)) expect(row.booked).toEqual(rows.get(row.conversationId)?.booked)
  })
})

function transcripts(): string[] {
  const names = readdirSync(HOME, { recursive: true, encoding: "utf8" })
  return names.filter((name) => normaliserOf("claude").roleOf(name) === "transcript").map((name) => join(HOME, name))
}

function worldOf(paths: readonly string[]): World {
  const world = new World({ host: create(HostSchema, {}), prices: createPriceBook(), now: Date.now })
  for (const path of paths) {
    const relativePath = path.slice(HOME.length + 1)
    const cursor = startCursor({ path, relativePath, birthMs: Date.now(), agent: "claude", role: "transcript" })
    world.apply(readFrom(cursor, { budgetBytes: Number.MAX_SAFE_INTEGER }).facts)
  }
  return world
}

function bookedUsd(path: string): number | undefined {
  const line = readFileSync(path, "utf8")
    .split("\n")
    .findLast((text) => text.startsWith('{"type":"cost-state"'))
  return line === undefined ? undefined : (JSON.parse(line) as { totalCostUSD: number }).totalCostUSD
}
