// Claude Code writes what it booked for a session, into the session's own transcript. Our ledger and
// our prices have to come to the same amount, from the same files, wherever the client made no call that it leaves out of them.
// The transcripts are read here by a few lines of the test's own, so that this reading and the daemon's are independent of each other.

import { existsSync, readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { describe, expect, test } from "vitest"
import type { RequestSeen } from "../src/domain/facts.ts"
import type { TokenUsage } from "../src/domain/usage.ts"
import { Ledger } from "../src/model/ledger.ts"
import { createPriceBook } from "../src/model/prices/price-book.ts"

const PROJECTS = join(import.meta.dirname, "../../../shared/data/claude/projects")

type Json = Readonly<Record<string, unknown>>

interface Session {
  readonly id: string
  readonly requests: readonly RequestSeen[]
  /** What the client booked, USD; undefined where it did not say. */
  readonly bookedUsd: number | undefined
  /** Whether the client made calls that leave no line: compacting, side questions, titles. */
  readonly hides: boolean
}

const sessions = existsSync(PROJECTS) ? readSessions() : []

describe.skipIf(sessions.length === 0)("what Claude Code booked itself", () => {
  const open = sessions.filter(({ hides, bookedUsd }) => bookedUsd !== undefined && !hides)

  test("there is enough to compare with", () => {
    expect(open.filter(({ bookedUsd }) => bookedUsd !== 0).length).toBeGreaterThanOrEqual(11)
    expect(open.filter(({ bookedUsd }) => bookedUsd === 0).length).toBeGreaterThanOrEqual(4)
  })

  test.each(open)("$id", ({ requests, bookedUsd }) => {
    const ledger = ledgerOf(requests)
    // A fork starts from what its parent booked: the requests that it copied count for the parent, and both belong to the amount.
    const totals = [...new Set(requests.map(({ conversationId }) => conversationId))].flatMap((id) => ledger.totals(id) ?? [])
    expect(totals.reduce((sum, { nanosUsd }) => sum + nanosUsd, 0n)).toBe(nanos(bookedUsd))
    for (const { certainty } of totals) expect(certainty).toBe("priced")
  })

  test("a session that hides calls shows less than was booked", () => {
    const hiding = sessions.filter(({ hides, bookedUsd }) => bookedUsd !== undefined && hides)
    expect(hiding.length).toBeGreaterThan(0)
    for (const { id, requests, bookedUsd } of hiding) expect(ledgerOf(requests).totals(id)?.nanosUsd).toBeLessThan(nanos(bookedUsd))
  })

  test("all sessions in one ledger come to the same as each alone", () => {
    const all = ledgerOf(sessions.flatMap(({ requests }) => requests).toReversed())
    for (const { id, requests } of sessions) expect(all.totals(id)).toEqual(ledgerOf(requests).totals(id))
  })
})

function nanos(usd: number | undefined): bigint {
  return BigInt(Math.round((usd ?? Number.NaN) * 1e9))
}

function ledgerOf(requests: readonly RequestSeen[]): Ledger {
  const ledger = new Ledger(createPriceBook())
  for (const request of requests) ledger.see(request)
  return ledger
}

function readSessions(): Session[] {
  const folders = readdirSync(PROJECTS).map((name) => join(PROJECTS, name))
  const mains = folders.flatMap((folder) => readdirSync(folder).flatMap((name) => (name.endsWith(".jsonl") ? [join(folder, name)] : [])))
  return mains.map((path) => {
    const id = basename(path, ".jsonl")
    const subagents = join(path.slice(0, -".jsonl".length), "subagents")
    const others = existsSync(subagents) ? readdirSync(subagents).filter((name) => name.endsWith(".jsonl")) : []
    const lines = linesOf(path)
    const state = lines.findLast((line) => line["type"] === "cost-state")
    return {
      id,
      requests: [lines, ...others.map((name) => linesOf(join(subagents, name)))].flat().flatMap(requestFrom),
      bookedUsd: state === undefined ? undefined : Number(state["totalCostUSD"]),
      hides: lines.some((line) => line["subtype"] === "compact_boundary"),
    }
  })
}

function linesOf(path: string): Json[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Json)
}

function requestFrom(line: Json): RequestSeen[] {
  const message = line["message"] as Json | undefined
  const usage = message?.["usage"] as Json | undefined
  if (line["type"] !== "assistant" || message === undefined || usage === undefined || message["model"] === "<synthetic>") return []
  const iterations = (usage["iterations"] ?? []) as readonly Json[]
  const hidden = iterations.filter(({ type }) => type === "advisor_message" || type === "compaction")
  const searches = (usage["server_tool_use"] as Json | null | undefined)?.["web_search_requests"]
  return [
    {
      kind: "request-seen",
      conversationId: textOf(line["requestSessionId"] ?? line["sessionId"]),
      key: textOf(message["id"]),
      requestId: textOf(line["requestId"]),
      sidechain: line["isSidechain"] === true,
      model: textOf(message["model"]),
      timeMs: Date.parse(textOf(line["timestamp"])),
      usage: usageFrom(usage),
      factors: {
        geo: textOf(usage["inference_geo"]),
        speed: usage["speed"] === "fast" ? "fast" : "standard",
        webSearches: Number(searches ?? 0),
        innerCalls: hidden.map((call) => ({ model: textOf(call["model"]), usage: usageFrom(call) })),
      },
      ...(line["agentId"] !== undefined && { subagentId: textOf(line["agentId"]) }),
    },
  ]
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : ""
}

function usageFrom(usage: Json): TokenUsage {
  const writes = Number(usage["cache_creation_input_tokens"] ?? 0)
  const split = usage["cache_creation"] as Json | undefined
  const hour = Math.min(writes, Number(split?.["ephemeral_1h_input_tokens"] ?? 0))
  return {
    input: Number(usage["input_tokens"]),
    output: Number(usage["output_tokens"]),
    reasoning: 0,
    cacheRead: Number(usage["cache_read_input_tokens"] ?? 0),
    cacheWrite5m: writes - hour,
    cacheWrite1h: hour,
  }
}
