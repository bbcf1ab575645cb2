// Whatever happens to files while they are followed (written in any pieces, cut, rewritten, moved, deleted, put back), what is counted is what
// one clean read of everything that was ever written counts.

import { appendFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { create } from "@bufbuild/protobuf"
import { HostSchema } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { Metrics } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import fc from "fast-check"
import { expect, test } from "vitest"
import type { AgentKind } from "../src/domain/agent.ts"
import { createPriceBook } from "../src/model/prices/price-book.ts"
import { World } from "../src/model/world.ts"
import { startCursor } from "../src/work/cursor.ts"
import { readFrom } from "../src/work/read.ts"
import { codex, createTailBed, type Json, OTHER, reply, SESSION, type TailBed, text, THREAD } from "./tail-bed.ts"

/** Where each file is to begin with, below a home of both agents. */
const PATHS = [
  `claude/projects/p/${SESSION}.jsonl`,
  `claude/projects/p/${OTHER}.jsonl`,
  `claude/projects/p/${SESSION}/subagents/agent-a1.jsonl`,
  `codex/sessions/2026/04/29/rollout-2026-04-29T16-31-04-${THREAD}.jsonl`,
] as const
const CODEX_FILE = 3
const IDS = [SESSION, OTHER, THREAD]

interface Written {
  readonly file: number
  /** Which response, of a few, so that lines of one grow and repeat. */
  readonly response: number
  readonly output: number
}

type Step =
  | { readonly kind: "append"; readonly lines: readonly Written[]; readonly pieces: readonly number[]; readonly waits: boolean }
  | { readonly kind: "truncate" | "rewrite"; readonly file: number; readonly keep: number }
  | { readonly kind: "move" | "delete" | "put back"; readonly file: number }

const file = fc.nat(PATHS.length - 1)
const claudeFile = fc.nat(CODEX_FILE - 1)
const written = fc.record({ file, response: fc.nat(5), output: fc.integer({ min: 1, max: 9999 }) })
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      lines: fc.array(written, { minLength: 1, maxLength: 6 }),
      pieces: fc.array(fc.nat(2000), { maxLength: 4 }),
      waits: fc.boolean(),
    }),
  },
  // Codex only ever appends.
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom("truncate" as const, "rewrite" as const), file: claudeFile, keep: fc.nat(8) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("move" as const, "delete" as const, "put back" as const), file }) },
)

/** One file as it is on disk, and everything that was ever written to it. */
class History {
  path: string
  lines: string[] = []
  readonly ever: string[] = []
  constructor(path: string) {
    this.path = path
  }
}

class Play {
  readonly bed: TailBed
  readonly files = PATHS.map((path) => new History(path))
  /** Lines made so far, for copies into the fork. */
  #made = 0
  #moves = 0

  constructor(bed: TailBed) {
    this.bed = bed
  }

  async take(step: Step): Promise<void> {
    if (step.kind === "append") return this.#append(step.lines, step.pieces, step.waits)
    const history = this.#history(step.file)
    const path = this.#full(history.path)
    // What nobody had the time to read cannot be counted.
    await this.bed.settled()
    if (step.kind === "put back") {
      if (!existsSync(path)) this.#write(path, history.lines)
    } else if (!existsSync(path)) return
    else if (step.kind === "truncate") {
      history.lines = history.lines.slice(0, step.keep)
      truncateSync(path, Buffer.byteLength(history.lines.join("")))
    } else if (step.kind === "rewrite") {
      history.lines = history.lines.slice(-step.keep)
      this.#write(`${path}.tmp`, history.lines)
      renameSync(`${path}.tmp`, path)
    } else if (step.kind === "delete") rmSync(path)
    else this.#move(history, step.file)
  }

  #append(lines: readonly Written[], pieces: readonly number[], waits: boolean): Promise<void> | undefined {
    const bytes = new Map<History, Buffer[]>()
    for (const one of lines) {
      const history = this.#history(one.file)
      const line = text(this.#line(one))
      history.ever.push(line)
      // After a deletion the file begins anew.
      if (!existsSync(this.#full(history.path)) && !bytes.has(history)) history.lines = []
      history.lines.push(line)
      bytes.set(history, [...(bytes.get(history) ?? []), Buffer.from(line)])
    }
    return this.#writePieces(bytes, pieces, waits)
  }

  async #writePieces(bytes: ReadonlyMap<History, readonly Buffer[]>, pieces: readonly number[], waits: boolean): Promise<void> {
    for (const [history, parts] of bytes) {
      const path = this.#full(history.path)
      mkdirSync(dirname(path), { recursive: true })
      let rest = Buffer.concat(parts)
      for (const piece of pieces) {
        appendFileSync(path, rest.subarray(0, piece))
        rest = rest.subarray(piece)
        if (waits) await this.bed.settled()
      }
      appendFileSync(path, rest)
    }
  }

  #line({ file: index, response, output }: Written): Json {
    const sequence = this.#made++
    if (index === CODEX_FILE) {
      const usage = { input_tokens: 10, cached_input_tokens: 4, output_tokens: output, total_tokens: 10 + output }
      const more = response === 0 ? [] : [sequence]
      return codex("token_usage_record", { thread_id: THREAD, response_id: ["r", response, ...more].join("-"), usage })
    }
    const id = `${index}-${response}`
    if (index === 0 && response === 5) {
      // A copy of the subagent's line in its parent's file.
      const { parentUuid: _parent, ...message } = reply("2-1", output, { sessionId: SESSION })
      return {
        type: "progress",
        sessionId: SESSION,
        data: { message, type: "agent_progress", agentId: "a1" },
        timestamp: message["timestamp"],
      }
    }
    // The fork holds copies of some of the parent's.
    if (index === 1 && response < 2) return reply(`0-${response}`, output, { sessionId: OTHER, requestSessionId: SESSION })
    if (index === 2) return reply(id, output, { agentId: "a1", isSidechain: true })
    return reply(id, output, { sessionId: index === 1 ? OTHER : SESSION })
  }

  #move(history: History, index: number): void {
    const from = this.#full(history.path)
    const name = history.path.slice(history.path.lastIndexOf("/") + 1)
    // A subagent's folder says whose it is; sessions and threads are known by their own name.
    if (index === 2) return
    history.path = index === CODEX_FILE ? `codex/archived_sessions/${name}` : `claude/projects/moved${this.#moves++}/${name}`
    mkdirSync(dirname(this.#full(history.path)), { recursive: true })
    renameSync(from, this.#full(history.path))
  }

  #write(path: string, lines: readonly string[]): void {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, lines.join(""))
  }

  #history(index: number): History {
    const history = this.files[index]
    if (history === undefined) throw new Error(`no file ${index}`)
    return history
  }

  #full(path: string): string {
    return join(this.bed.home, path)
  }
}

/** One clean read of all that was ever written. */
function readOnce(files: readonly History[]): World {
  const folder = mkdtempSync(join(tmpdir(), "vibecraft-once-"))
  const world = new World({ host: create(HostSchema, {}), prices: createPriceBook(), now: Date.now })
  for (const [index, { ever }] of files.entries()) {
    const original = PATHS[index] ?? ""
    const path = join(folder, String(index))
    writeFileSync(path, ever.join(""))
    const agent: AgentKind = index === CODEX_FILE ? "codex" : "claude"
    const relativePath = original.slice(original.indexOf("/") + 1)
    const cursor = startCursor({ path, relativePath, birthMs: Date.now(), agent, role: "transcript" })
    const result = readFrom(cursor, { budgetBytes: Number.MAX_SAFE_INTEGER })
    expect(result).toMatchObject({ status: "end", badLines: 0, unknownLines: 0 })
    world.apply(result.facts)
  }
  rmSync(folder, { recursive: true })
  return world
}

function account(row: Metrics | undefined) {
  return {
    requests: row?.requests ?? 0n,
    nanosUsd: row?.cost?.nanosUsd ?? 0n,
    tokens: row?.tokens?.total ?? 0n,
    output: row?.tokens?.output ?? 0n,
  }
}

test("counts what one clean read of everything ever written counts", async () => {
  const property = fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 10 }), fc.boolean(), async (steps, withoutWatches) => {
    const bed = createTailBed({ withoutWatches })
    try {
      const play = new Play(bed)
      for (const one of steps) await play.take(one)
      await bed.settled()
      const once = readOnce(play.files)
      for (const id of IDS) expect({ id, ...account(bed.find(id)) }).toEqual({ id, ...account(once.metricsRow(id)?.message) })
    } finally {
      bed.close()
    }
  })
  // A failure prints its seed and the shortest list of steps that fails.
  await fc.assert(property, { numRuns: Number(process.env["VIBECRAFT_MODEL_RUNS"] ?? 40), interruptAfterTimeLimit: 100_000 })
}, 120_000)
