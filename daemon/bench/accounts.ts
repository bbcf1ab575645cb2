// How fast the books are kept: requests into the ledger, durations into samples, percentiles out of them.

import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { NO_USAGE } from "../src/domain/usage.ts"
import type { RequestSeen } from "../src/domain/facts.ts"
import { SortedDurations } from "../src/model/sorted-durations.ts"
import { Ledger } from "../src/model/ledger.ts"
import { createPriceBook } from "../src/model/prices/price-book.ts"
import type { BenchRow } from "./bench-row.ts"

const REQUESTS = 200_000
/** Lines per response, as real transcripts have them. */
const COPIES = 2
const MODELS = ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", "gpt-5.6-sol"]

/** Measures; best of three rounds each, so that a busy neighbour counts less. */
export async function run(): Promise<BenchRow[]> {
  const facts = requests()
  const booked = best(() => book(facts))
  const bytes = heldBytes(facts)
  const durations = Array.from({ length: 1_000_000 }, (_, n) => (n * 7919) % 90_000)
  const recorded = best(() => sampled(durations))
  return [
    { name: "ledger, lines of requests (2 a request)", value: facts.length / booked / 1e6, unit: "M/s" },
    { name: "ledger, memory a request", value: bytes / REQUESTS, unit: "B" },
    { name: "latency, samples recorded", value: durations.length / recorded / 1e6, unit: "M/s" },
    { name: "latency, p50 + p95 + p99 of 10 samples", value: queryMicros(10), unit: "us" },
    { name: "latency, p50 + p95 + p99 of 1,000 samples", value: queryMicros(1000), unit: "us" },
  ]
}

function requests(): RequestSeen[] {
  const facts: RequestSeen[] = []
  for (let n = 0; n < REQUESTS; n++) {
    for (let copy = 0; copy < COPIES; copy++) {
      facts.push({
        kind: "request-seen",
        conversationId: `conversation-${n % 500}`,
        key: `msg_01${n.toString(36).padStart(22, "A")}`,
        requestId: `req_01${n.toString(36).padStart(22, "B")}`,
        sidechain: false,
        model: MODELS[n % MODELS.length] ?? "",
        timeMs: 1_790_000_000_000 + n * 1000 + copy,
        usage: { ...NO_USAGE, input: 3, output: 100 + (n % 700), cacheRead: 50_000 + n, cacheWrite5m: 900 },
        factors: { speed: "standard", geo: "not_available", tier: "standard" },
      })
    }
  }
  return facts
}

function book(facts: readonly RequestSeen[]): Ledger {
  const ledger = new Ledger(createPriceBook())
  for (const fact of facts) ledger.see(fact)
  return ledger
}

/** What the ledger holds of its own; its keys are the facts' strings and come on top where the facts are gone. */
function heldBytes(facts: readonly RequestSeen[]): number {
  setFlagsFromString("--expose-gc")
  const collect: unknown = runInNewContext("gc")
  const held = (): number => {
    if (typeof collect === "function") collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const before = held()
  const ledger = book(facts)
  const bytes = held() - before
  return ledger.size > 0 ? bytes : 0
}

function sampled(durations: readonly number[]): SortedDurations {
  const samples = new SortedDurations()
  for (const durationMs of durations) samples.add(durationMs)
  return samples
}

/** A query after each new sample, so that none is answered from the cache. */
function queryMicros(count: number): number {
  const rounds = 500
  const seconds = best(() => {
    const samples = sampled(Array.from({ length: count }, (_, n) => (n * 7919) % 90_000))
    for (let n = 0; n < rounds; n++) {
      samples.add(n)
      samples.percentiles()
    }
  })
  return (seconds / rounds) * 1e6
}

/** Shortest of three runs, in seconds. */
function best(work: () => unknown): number {
  let shortest = Number.POSITIVE_INFINITY
  for (let round = 0; round < 3; round++) {
    const start = performance.now()
    work()
    shortest = Math.min(shortest, (performance.now() - start) / 1000)
  }
  return shortest
}
