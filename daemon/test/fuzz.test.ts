// Ten million mutated bytes through each dialect: nothing throws, nothing hangs, memory stays bounded, and what comes out can be counted.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { zstdCompressSync } from "node:zlib"
import { afterAll, expect, test } from "vitest"
import type { AgentKind } from "../src/domain/agent.ts"
import type { TranscriptFact } from "../src/domain/facts.ts"
import { Ledger } from "../src/model/ledger.ts"
import { createPriceBook } from "../src/model/prices/price-book.ts"
import { startCursor } from "../src/work/cursor.ts"
import { readCompressed } from "../src/work/read-compressed.ts"
import { readFrom } from "../src/work/read.ts"
import { claudeLines, codexLines } from "../src/work/sample-lines.ts"

const TOTAL_BYTES = Number(process.env["VIBECRAFT_FUZZ_BYTES"] ?? 10_000_000)
const PIECE_BYTES = 500_000
const SEED = Number(process.env["VIBECRAFT_FUZZ_SEED"] ?? Math.trunc(Math.random() * 2 ** 31))
const DATA = join(import.meta.dirname, "../../../shared/data")
/** What a mutation may put in: tokens that mean something to a reader of JSON, and numbers that are none. */
const TOKENS = [
  '"',
  "\\",
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "null",
  "true",
  "NaN",
  "-1",
  "1e999",
  "9007199254740993",
  "\0",
  "\n",
  "\r\n",
  "\uFEFF",
  "\u2028",
  "\\ud83d",
  "\\u0000",
  '"usage":{',
  '"type":"assistant"',
  '"sessionId":"x"',
  '"__proto__":',
  '"constructor":{"prototype":',
  '"timestamp":"',
  "[".repeat(2000),
  '{"a":'.repeat(2000),
  "x".repeat(5000),
] as const

const folder = mkdtempSync(join(tmpdir(), "vibecraft-fuzz-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each(["claude", "codex"] as const)("%s", async (agent) => {
  const random = randomOf(SEED + agent.length)
  const corpus = corpusOf(agent)
  const ledger = new Ledger(createPriceBook())
  let bytes = 0
  let facts = 0
  let requests = 0
  let most = 0
  let before = 0
  for (let piece = 0; bytes < TOTAL_BYTES; piece++) {
    const mutated = mutate(corpus, random)
    bytes += mutated.length
    for (const fact of piece % 10 === 9 ? await readPacked(agent, mutated) : readPlain(agent, mutated)) {
      facts++
      check(fact)
      if (fact.kind !== "request-seen") continue
      requests++
      ledger.see(fact)
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    if (piece === 3) before = heapUsed + arrayBuffers
    else if (piece > 3) most = Math.max(most, heapUsed + arrayBuffers - before)
  }
  process.stdout.write(
    `fuzz ${agent}: seed ${SEED}, ${bytes} bytes, ${facts} facts, ${requests} requests, grew by ${most >> 20} MiB at most\n`,
  )
  // The mutations leave enough whole for the deeper parts to be reached.
  expect(requests).toBeGreaterThan(100)
  expect(most).toBeLessThan(300 << 20)
})

function readPlain(agent: AgentKind, bytes: Buffer): readonly TranscriptFact[] {
  const all: TranscriptFact[] = []
  const cursor = cursorOf(agent, "")
  writeFileSync(cursor.path, bytes)
  for (let at = cursor; ;) {
    const result = readFrom(at, { budgetBytes: 100_000, stepBytes: 20_000, maxLineBytes: 200_000, isQuiet: true })
    expect(result.problem, `seed ${SEED}`).toBeUndefined()
    all.push(...result.facts)
    at = structuredClone(result.cursor)
    if (result.status !== "more") {
      expect(result.status).toBe("end")
      return all
    }
  }
}

async function readPacked(agent: AgentKind, bytes: Buffer): Promise<readonly TranscriptFact[]> {
  const cursor = cursorOf(agent, ".zst")
  writeFileSync(cursor.path, zstdCompressSync(bytes))
  const result = await readCompressed(cursor, { maxLineBytes: 200_000 })
  expect(result).toMatchObject({ status: "end", problem: undefined })
  return result.facts
}

function cursorOf(agent: AgentKind, ending: string) {
  const name =
    agent === "claude"
      ? "projects/p/11111111-1111-4111-8111-111111111111.jsonl"
      : "sessions/2026/04/29/rollout-2026-04-29T16-31-04-019dda14-1af7-75f2-afc4-91fa82ac2c27.jsonl"
  const role = ending === "" ? "transcript" : "compressed"
  return startCursor({ path: join(folder, `${agent}${ending}`), relativePath: name + ending, birthMs: Date.now(), agent, role })
}

/** Whatever the line said, a fact is sound: numbers are finite and not negative, texts are whole and not endless. */
function check(value: unknown, path = ""): void {
  if (typeof value === "number") {
    if (!Number.isFinite(value) || value < 0) throw new Error(`seed ${SEED}: ${path} is ${value}`)
  } else if (typeof value === "string") {
    if (value.length > 5000 || !value.isWellFormed()) throw new Error(`seed ${SEED}: ${path} is ${JSON.stringify(value.slice(0, 100))}`)
  } else if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) check(member, `${path}.${name}`)
  }
}

function corpusOf(agent: AgentKind): Buffer {
  const recorded = [join(DATA, agent), join(DATA, `${agent}-public`)].filter(existsSync).flatMap((home) =>
    readdirSync(home, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".jsonl"))
      .map((name) => readFileSync(join(home, name))),
  )
  const made = Buffer.from((agent === "claude" ? claudeLines(200) : codexLines(200)).map((line) => `${line}\n`).join(""))
  return Buffer.concat([made, ...recorded])
}

/** A piece of the corpus with, on average, a mutation in every second line or so. */
function mutate(corpus: Buffer, random: () => number): Buffer {
  const start = Math.floor(random() * Math.max(1, corpus.length - PIECE_BYTES))
  const piece = Buffer.from(corpus.subarray(start, start + PIECE_BYTES))
  const parts: Buffer[] = []
  for (let at = 0; at < piece.length;) {
    const end = Math.min(piece.length, at + 1 + Math.floor(random() * 4000))
    const part = piece.subarray(at, end)
    const spot = Math.floor(random() * part.length)
    const kind = Math.floor(random() * 6)
    if (kind === 0) part[spot] = Math.floor(random() * 256)
    if (kind === 1) part[spot] = (part[spot] ?? 0) ^ (1 << Math.floor(random() * 8))
    parts.push(part.subarray(0, spot))
    if (kind === 2) parts.push(Buffer.from(TOKENS[Math.floor(random() * TOKENS.length)] ?? ""))
    // A piece twice, and a piece lost.
    if (kind === 3) parts.push(part.subarray(Math.floor(spot / 2), spot))
    parts.push(part.subarray(kind === 4 ? Math.min(part.length, spot + Math.floor(random() * 200)) : spot))
    at = end
  }
  return Buffer.concat(parts)
}

function randomOf(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
  }
}
