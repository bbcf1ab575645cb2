// The benchmarks' corpus: the same for the same seed, with the answer its generator says, by a sum that shares nothing with the daemon, and
// counted to the token by the daemon.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { noTokens, type TokenSums } from "../bench/bed/corpus/token-sums.ts"
import { writeCorpus } from "../bench/bed/corpus/write-corpus.ts"
import type { AgentKind } from "../src/domain/agent.ts"
import { Ledger } from "../src/model/ledger.ts"
import { createPriceBook } from "../src/model/prices/price-book.ts"
import { normaliserOf } from "../src/observe/transcripts/registry.ts"
import { startCursor } from "../src/work/cursor.ts"
import { readFrom } from "../src/work/read.ts"

const home = mkdtempSync(join(tmpdir(), "vibecraft-corpus-"))
afterAll(() => rmSync(home, { recursive: true, force: true }))
const corpus = writeCorpus({ home, bytes: 10 << 20, steps: 20, seed: 7 })

test("has what makes counting hard", () => {
  const names = transcripts().map(({ name }) => name)
  const texts = transcripts().map(({ lines }) => lines.join("\n"))
  expect(names.some((name) => name.includes("/subagents/"))).toBe(true)
  expect(texts.some((text) => text.includes("requestSessionId"))).toBe(true)
  expect(texts.filter((text) => text.includes("forked_from_id")).length).toBeGreaterThan(1)
  expect(texts.some((text) => text.includes("token_usage_record"))).toBe(true)
})

test("is the same for the same seed", () => {
  const again = mkdtempSync(join(tmpdir(), "vibecraft-corpus-"))
  try {
    expect(writeCorpus({ home: again, bytes: 10 << 20, steps: 20, seed: 7 })).toEqual(corpus)
    const [first] = transcripts()
    expect(readFileSync(join(again, first?.name ?? ""), "utf8")).toBe(`${first?.lines.join("\n")}\n`)
  } finally {
    rmSync(again, { recursive: true, force: true })
  }
})

test("has the answer that its generator says", () => {
  expect({ claude: claudeSum(), codex: codexSum() }).toEqual({ claude: corpus.claude, codex: corpus.codex })
})

test("is counted to the token", () => {
  expect({ claude: counted("claude"), codex: counted("codex") }).toEqual({ claude: corpus.claude, codex: corpus.codex })
})

interface Transcript {
  readonly name: string
  readonly lines: readonly string[]
}

function transcripts(): Transcript[] {
  return readdirSync(home, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".jsonl"))
    .toSorted()
    .map((name) => ({ name, lines: readFileSync(join(home, name), "utf8").trimEnd().split("\n") }))
}

// The reference: every line parsed, the largest of each response's copies, nothing else.

// oxlint-disable-next-line typescript/no-explicit-any
type Json = any

function claudeSum(): TokenSums {
  const largest = new Map<string, TokenSums>()
  for (const { name, lines } of transcripts()) {
    if (!name.startsWith("projects")) continue
    for (const line of lines) {
      const { message }: Json = JSON.parse(line)
      if (message?.usage === undefined) continue
      const {
        input_tokens: input,
        output_tokens: output,
        cache_read_input_tokens: cacheRead,
        cache_creation_input_tokens: cacheWrite,
      } = message.usage
      const known = largest.get(message.id)
      if (known === undefined || output > known.output) largest.set(message.id, { requests: 1, input, output, cacheRead, cacheWrite })
    }
  }
  return sum(largest.values())
}

function codexSum(): TokenSums {
  const responses: TokenSums[] = []
  for (const { name, lines } of transcripts()) {
    if (!name.startsWith("sessions")) continue
    const parsed = lines.map((line): Json => JSON.parse(line))
    const forkedMs = parsed[0].payload.forked_from_id === undefined ? 0 : Date.parse(parsed[0].payload.timestamp) + 1000
    const own = parsed.filter(({ timestamp }) => Date.parse(timestamp) > forkedMs)
    const records = own.filter(({ type }) => type === "token_usage_record").map(({ payload }) => payload.usage)
    const infos = own.filter(({ payload }) => payload.type === "token_count").map(({ payload }) => payload.info)
    const grown = infos.filter((info, index) => info.total_token_usage.total_tokens !== infos[index - 1]?.total_token_usage.total_tokens)
    for (const usage of records.length > 0 ? records : grown.map((info) => info.last_token_usage)) {
      const { input_tokens: input, cached_input_tokens: cacheRead, output_tokens: output } = usage
      responses.push({ requests: 1, input: input - cacheRead, output, cacheRead, cacheWrite: 0 })
    }
  }
  return sum(responses)
}

function sum(all: Iterable<TokenSums>): TokenSums {
  const total = noTokens()
  for (const one of all) for (const [name, value] of Object.entries(one)) total[name as keyof TokenSums] += value
  return total
}

/** What the daemon's reading and ledger make of it. */
function counted(agent: AgentKind): TokenSums {
  const ledger = new Ledger(createPriceBook())
  const ids = new Set<string>()
  for (const { name } of transcripts()) {
    if (normaliserOf(agent).roleOf(name) !== "transcript") continue
    const cursor = startCursor({ path: join(home, name), relativePath: name, birthMs: Date.now(), agent, role: "transcript" })
    for (const fact of readFrom(cursor, { budgetBytes: Number.MAX_SAFE_INTEGER }).facts) {
      if (fact.kind !== "request-seen") continue
      ledger.see(fact)
      ids.add(fact.conversationId)
    }
  }
  return sum(
    [...ids].flatMap((id): TokenSums[] => {
      const totals = ledger.totals(id)
      if (totals === undefined) return []
      const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = totals.tokens
      return [{ requests: totals.requests, input, output, cacheRead, cacheWrite: cacheWrite5m + cacheWrite1h }]
    }),
  )
}
