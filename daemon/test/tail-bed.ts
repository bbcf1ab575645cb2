// A tailer over a temporary home, its facts folded into a world, and the lines that agents would write there.

import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { create } from "@bufbuild/protobuf"
import { HostSchema } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { Metrics } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { expect, vi } from "vitest"
import type { TranscriptFact } from "../src/domain/facts.ts"
import { Diagnostics } from "../src/model/diagnostics.ts"
import { createPriceBook } from "../src/model/prices/price-book.ts"
import { World } from "../src/model/world.ts"
import type { ReadPool } from "../src/observe/tail/read-pool.ts"
import { createTailer, type Tailer } from "../src/observe/tail/tailer.ts"
import { look, readBatch } from "../src/work/read-task.ts"

export const SESSION = "11111111-1111-4111-8111-111111111111"
/** Sorts before the other, so that no copy is given to its owner by luck. */
export const OTHER = "00000000-1111-4111-8111-111111111111"
export const THREAD = "019dda14-1af7-75f2-afc4-91fa82ac2c27"
export const MAIN = `claude/projects/p/${SESSION}.jsonl`
export const ROLLOUT = `codex/sessions/2026/04/29/rollout-2026-04-29T16-31-04-${THREAD}.jsonl`
export const START_MS = Date.UTC(2026, 10, 1)

export interface TailBed {
  readonly home: string
  readonly diagnostics: Diagnostics
  /** Moves the daemon's clock on. */
  readonly pass: (ms: number) => void
  readonly write: (path: string, content: string | Buffer) => string
  readonly append: (path: string, content: string | Buffer) => void
  /** The row of a conversation; throws where there is none. */
  readonly row: (conversationId?: string) => Metrics
  /** The row of a conversation, where it is known. */
  readonly find: (conversationId: string) => Metrics | undefined
  /** Output tokens counted for a conversation; 0 for one that is not known. */
  readonly output: (conversationId?: string) => number
  /** Waits until a conversation's output tokens are these. */
  readonly counts: (output: number, conversationId?: string) => Promise<void>
  /** Waits until everything written so far has been read. */
  readonly settled: () => Promise<void>
  /** Waits for any other state. */
  readonly until: (check: () => void) => Promise<void>
  readonly facts: readonly TranscriptFact[]
  readonly close: () => void
}

export interface TailBedOptions {
  /** Looks alone find what is new. */
  readonly withoutWatches?: boolean
  /** Called before each step of reading, with the bytes in buffers. */
  readonly onStep?: () => void
}

/** Starts following `claude` and `codex` under a home of its own. */
export function createTailBed(options: TailBedOptions = {}): TailBed {
  const home = mkdtempSync(join(tmpdir(), "vibecraft-bed-"))
  const diagnostics = new Diagnostics()
  const facts: TranscriptFact[] = []
  let passedMs = 0
  let probes = 0
  const now = (): number => Date.now() + passedMs
  const world = new World({ host: create(HostSchema, {}), prices: createPriceBook(), now })
  const inline: Pick<ReadPool, "threads" | "read" | "look"> = {
    threads: 2,
    read: async (task) => {
      options.onStep?.()
      return readBatch(structuredClone(task))
    },
    look: async (task) => look(structuredClone(task)),
  }
  const tailer: Tailer = createTailer({
    roots: [
      { agent: "claude", path: join(home, "claude") },
      { agent: "codex", path: join(home, "codex") },
      { agent: "claude", path: join(home, "linked") },
    ],
    pool: inline,
    apply(more) {
      facts.push(...more)
      world.apply(more)
    },
    diagnostics,
    onProgress: () => {},
    now,
    lookEveryMs: 10,
    ...(options.withoutWatches === true ? { maxWatches: 0 } : {}),
  })
  const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 30_000, interval: 5 })
  const output = (id = SESSION): number => Number(world.metricsRow(id)?.message.tokens?.output ?? 0n)
  function write(path: string, content: string | Buffer): string {
    const full = join(home, path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, content)
    return full
  }
  return {
    home,
    diagnostics,
    facts,
    until,
    output,
    write,
    pass: (ms) => void (passedMs += ms),
    append: (path, content) => appendFileSync(join(home, path), content),
    find: (id) => world.metricsRow(id)?.message,
    row(id = SESSION) {
      const row = world.metricsRow(id)?.message
      if (row === undefined) throw new Error(`nothing is known of ${id}`)
      return row
    },
    counts: (tokens, id = SESSION) => until(() => expect(output(id)).toBe(tokens)),
    async settled() {
      // A look that sees the last of two new files has seen all that was there before the first; reading is in the order of looking.
      for (let round = 0; round < 2; round++) {
        const id = `probe-${probes++}`
        write(`claude/projects/probe/${id}.jsonl`, text(reply(id, 1, { sessionId: id })))
        await until(() => expect(output(id)).toBe(1))
      }
    },
    close() {
      tailer.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

export type Json = Readonly<Record<string, unknown>>

export function text(...lines: readonly Json[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("")
}

let clockMs = START_MS

/** One line of a response. `more` goes beside the message, `message` and `usage` into it. */
export function reply(id: string, output: number, more: Json = {}, message: Json = {}, usage: Json = {}): Json {
  clockMs += 1000
  return {
    parentUuid: null,
    isSidechain: false,
    type: "assistant",
    sessionId: SESSION,
    uuid: `u-${id}-${clockMs}`,
    timestamp: new Date(clockMs).toISOString(),
    requestId: `req_${id}`,
    message: {
      id: `msg_${id}`,
      role: "assistant",
      model: "claude-opus-5-5",
      content: [{ type: "text", text: "x" }],
      stop_reason: null,
      usage: { input_tokens: 3, output_tokens: output, ...usage },
      ...message,
    },
    ...more,
  }
}

export function prompt(words: string, more: Json = {}): Json {
  clockMs += 1000
  return {
    type: "user",
    sessionId: SESSION,
    uuid: `p-${clockMs}`,
    timestamp: new Date(clockMs).toISOString(),
    message: { role: "user", content: words },
    ...more,
  }
}

/** One line of a rollout. */
export function codex(type: string, payload: Json): Json {
  clockMs += 1000
  return { timestamp: new Date(clockMs).toISOString(), type, payload }
}

/** A cumulative count of a thread, with what it grew by. */
export function tokenCount(totalOutput: number, lastOutput: number): Json {
  const counts = (output: number) => ({ input_tokens: output, cached_input_tokens: 0, output_tokens: output, total_tokens: 2 * output })
  return codex("event_msg", {
    type: "token_count",
    info: { total_token_usage: counts(totalOutput), last_token_usage: counts(lastOutput), model_context_window: 258_400 },
  })
}
