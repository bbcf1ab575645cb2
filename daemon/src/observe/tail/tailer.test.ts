import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { TranscriptFact } from "../../domain/facts.ts"
import { Diagnostics } from "../../model/diagnostics.ts"
import { claudeLines, codexLines } from "../../work/sample-lines.ts"
import { look, readBatch } from "../../work/read-task.ts"
import { createReadPool, type ReadPool } from "./read-pool.ts"
import { createTailer, type Root, type Tailer, type TailerOptions } from "./tailer.ts"

const SESSION = "11111111-1111-4111-8111-111111111111"
const OTHER = "22222222-1111-4111-8111-111111111111"
const THREAD = "019dda14-1af7-75f2-afc4-91fa82ac2c27"

/** The tasks run here, as they would in a thread. */
const inline: Pick<ReadPool, "threads" | "read" | "look"> = {
  threads: 2,
  read: async (task) => readBatch(structuredClone(task)),
  look: async (task) => look(structuredClone(task)),
}

let home: string
let claude: Root
let facts: TranscriptFact[]
let diagnostics: Diagnostics
let tailer: Tailer | undefined

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "vibecraft-tail-"))
  claude = { agent: "claude", path: join(home, "claude") }
  facts = []
  diagnostics = new Diagnostics()
})

afterEach(() => {
  tailer?.close()
  rmSync(home, { recursive: true, force: true })
})

const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("")
const requestKeys = () => [...new Set(facts.flatMap((fact) => (fact.kind === "request-seen" ? [fact.key] : [])))]
const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 5 })
const caughtUp = () => until(() => expect(tailer?.progress().done).toBe(true))

function write(path: string, content: string): string {
  const full = join(home, path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, content)
  return full
}

function start(options: Partial<TailerOptions> = {}): Tailer {
  tailer = createTailer({
    roots: [claude],
    pool: inline,
    apply: (more) => facts.push(...more),
    diagnostics,
    onProgress: () => {},
    now: Date.now,
    ...options,
  })
  return tailer
}

const MAIN = `claude/projects/p/${SESSION}.jsonl`

describe("the first read", () => {
  it("reads all there is, says how far it is, and is over once", async () => {
    write(MAIN, text(claudeLines(3)))
    write(`claude/projects/p/${SESSION}/subagents/agent-a1.meta.json`, '{"agentType":"Explore"}')
    write(`codex/sessions/2026/04/29/rollout-2026-04-29T16-31-04-${THREAD}.jsonl`, text(codexLines(2)))
    const progress: { bytesRead: number; bytesTotal: number; done: boolean }[] = []
    const factsWhenDone: number[] = []
    start({
      roots: [claude, { agent: "codex", path: join(home, "codex") }, { agent: "codex", path: join(home, "none") }],
      onProgress: (now) => {
        progress.push(now)
        if (now.done) factsWhenDone.push(facts.length)
      },
    })
    await caughtUp()
    expect(factsWhenDone).toEqual([facts.length])
    expect(progress.at(-1)?.bytesRead).toBe(diagnostics.counters.bytesRead)
    expect(progress.at(-1)).toMatchObject({ files: 3, done: true })
    for (const { bytesRead, bytesTotal } of progress) expect(bytesRead).toBeLessThanOrEqual(bytesTotal)
    expect(diagnostics.counters).toMatchObject({ files: 3, badLines: 0, lines: 25 + 19 })
    expect(requestKeys()).toHaveLength(8)
    expect(facts).toContainEqual(expect.objectContaining({ kind: "subagent-seen", subagentId: "a1", agentType: "Explore" }))
    expect(diagnostics.sources().map(({ health }) => health)).toEqual(["ok", "ok", "absent"])
  })

  it("takes as many steps as a large file needs, and misses nothing that is written meanwhile", async () => {
    const big = { type: "user", sessionId: SESSION, isMeta: true, message: { role: "user", content: "x".repeat(1 << 20) } }
    const filler = Array.from({ length: 5 }, () => JSON.stringify(big))
    const lines = claudeLines(2)
    const path = write(MAIN, text([...filler, ...lines.slice(0, 9)]))
    let reads = 0
    const read: ReadPool["read"] = async (task) => {
      const results = await inline.read(task)
      // Written behind the reader's back, with no watch to tell and no look to come.
      if (++reads === 3) {
        appendFileSync(path, text(lines.slice(9)))
        tailer?.nudge(path)
      }
      return results
    }
    start({ pool: { ...inline, read }, lookEveryMs: 60_000, maxWatches: 0 })
    await until(() => expect(requestKeys()).toHaveLength(4))
    expect(reads).toBeGreaterThan(3)
  })

  it("is over at once where there is nothing", async () => {
    start()
    await caughtUp()
    expect(tailer?.progress()).toEqual({ bytesRead: 0, bytesTotal: 0, files: 0, done: true })
  })

  it("reads one file under two homes once", async () => {
    write(MAIN, text(claudeLines(1)))
    symlinkSync(claude.path, join(home, "linked"))
    start({ roots: [claude, { agent: "claude", path: join(home, "linked") }] })
    await caughtUp()
    expect(diagnostics.counters).toMatchObject({ files: 1, lines: 9 })
  })

  it("follows no link inside a home", async () => {
    const real = write("elsewhere/x.jsonl", text(claudeLines(1)))
    write(MAIN, text(claudeLines(1, OTHER)))
    symlinkSync(real, join(home, "claude/projects/p/linked.jsonl"))
    symlinkSync(join(home, "elsewhere"), join(home, "claude/projects/linked"))
    start()
    await caughtUp()
    expect(diagnostics.counters.files).toBe(1)
  })
})

// With watches the facts come at once; without, the looks find the same.
describe.each([
  ["with watches", { lookEveryMs: 60_000 }],
  ["with looks alone", { lookEveryMs: 20, maxWatches: 0 }],
])("news, %s", (_name, options) => {
  it("comes from a file that grows", async () => {
    const lines = claudeLines(2)
    const path = write(MAIN, text(lines.slice(0, 9)))
    start(options)
    await caughtUp()
    expect(requestKeys()).toHaveLength(2)
    appendFileSync(path, text(lines.slice(9)))
    await until(() => expect(requestKeys()).toHaveLength(4))
    expect(diagnostics.counters.bytesRead).toBe(Buffer.byteLength(text(lines)))
  })

  it("comes from new files in new folders, however deep", async () => {
    write(MAIN, text(claudeLines(1)))
    start(options)
    await caughtUp()
    write(`claude/projects/q/${OTHER}.jsonl`, text(claudeLines(1, OTHER)))
    await until(() => expect(requestKeys()).toHaveLength(4))
    write(`claude/projects/q/${OTHER}/subagents/workflows/w/agent-a1.jsonl`, text(claudeLines(1, "33333333-1111-4111-8111-111111111111")))
    await until(() => expect(requestKeys()).toHaveLength(6))
  })

  it("comes from a file that was replaced", async () => {
    const path = write(MAIN, text(claudeLines(1)))
    start(options)
    await caughtUp()
    writeFileSync(`${path}.tmp`, text(claudeLines(3).slice(5)))
    renameSync(`${path}.tmp`, path)
    await until(() => expect(requestKeys()).toHaveLength(6))
  })

  it("comes on from a file that was moved, without reading it again", async () => {
    const lines = claudeLines(2)
    const path = write(MAIN, text(lines.slice(0, 9)))
    mkdirSync(join(home, "claude/projects/z"), { recursive: true })
    start(options)
    await caughtUp()
    const moved = join(home, `claude/projects/z/${SESSION}.jsonl`)
    renameSync(path, moved)
    appendFileSync(moved, text(lines.slice(9)))
    await until(() => expect(requestKeys()).toHaveLength(4))
    await until(() => expect(diagnostics.counters.files).toBe(1))
    expect(diagnostics.counters.bytesRead).toBe(Buffer.byteLength(text(lines)))
  })
})

describe("roots", () => {
  it("may come later, go, and come back", async () => {
    start({ lookEveryMs: 20 })
    await caughtUp()
    expect(diagnostics.sources()).toMatchObject([{ health: "absent" }])
    write(MAIN, text(claudeLines(1)))
    await until(() => expect(requestKeys()).toHaveLength(2))
    expect(diagnostics.sources()).toMatchObject([{ health: "ok" }])
    rmSync(claude.path, { recursive: true })
    await until(() => expect(diagnostics.sources()).toMatchObject([{ health: "absent" }]))
    await until(() => expect(diagnostics.counters.files).toBe(0))
    write(MAIN, text(claudeLines(2)))
    await until(() => expect(requestKeys()).toHaveLength(4))
  })

  it("are added while it runs, each once", async () => {
    write(MAIN, text(claudeLines(1)))
    const running = start({ roots: [], lookEveryMs: 60_000 })
    await caughtUp()
    running.addRoot(claude)
    running.addRoot({ ...claude, path: `${claude.path}/` })
    await until(() => expect(requestKeys()).toHaveLength(2))
    expect(diagnostics.sources()).toHaveLength(1)
  })
})

describe("trouble", () => {
  it("with one file is named, and the rest goes on", async () => {
    write(MAIN, text(claudeLines(1)))
    write(`claude/projects/p/${OTHER}.jsonl`, `not json\n${text(claudeLines(1, OTHER))}`)
    write("claude/projects/p/old.jsonl.zst", "x")
    const broken: Pick<ReadPool, "threads" | "read" | "look"> = {
      ...inline,
      // The thread dies at one of the files, whatever it is read with.
      read: async (task) => {
        if (task.cursors.some(({ path }) => path.endsWith(`${SESSION}.jsonl`))) throw new Error("thread died")
        return inline.read(task)
      },
    }
    start({ pool: broken })
    await caughtUp()
    expect(requestKeys()).toHaveLength(2)
    expect(
      diagnostics
        .problems()
        .map(({ kind }) => kind)
        .toSorted(),
    ).toEqual(["bad line", "unreadable transcript", "unreadable transcript"])
    expect(diagnostics.sources()).toMatchObject([{ health: "degraded", detail: "2 files cannot be read" }])
    expect(diagnostics.counters.badLines).toBe(1)
  })

  it("with looking is named, and looking goes on", async () => {
    write(MAIN, text(claudeLines(1)))
    let fails = 2
    const flaky = {
      ...inline,
      look: (task: Parameters<ReadPool["look"]>[0]) => (fails-- > 0 ? Promise.reject(new Error("no")) : inline.look(task)),
    }
    start({ pool: flaky, lookEveryMs: 20 })
    await until(() => expect(requestKeys()).toHaveLength(2))
    expect(diagnostics.problems()).toMatchObject([{ kind: "look failed", count: 2 }])
  })
})

describe("a last line without a newline", () => {
  it("is read when the file has been quiet, and counts once when the newline comes", async () => {
    const path = write(MAIN, text(claudeLines(1).slice(0, 8)).slice(0, -1))
    let nowMs = Date.now()
    start({ lookEveryMs: 20, now: () => nowMs })
    await caughtUp()
    expect(requestKeys()).toHaveLength(1)
    nowMs += 60_000
    await until(() => expect(requestKeys()).toHaveLength(2))
    appendFileSync(path, "\n")
    await until(() => expect(diagnostics.counters.lines).toBe(8))
    expect(requestKeys()).toHaveLength(2)
  })
})

describe("threads", () => {
  it("do the same", async () => {
    const path = write(MAIN, text(claudeLines(2).slice(0, 9)))
    const pool = createReadPool({ threads: 2 })
    try {
      start({ pool })
      await caughtUp()
      appendFileSync(path, text(claudeLines(2).slice(9)))
      await until(() => expect(requestKeys()).toHaveLength(4))
    } finally {
      tailer?.close()
      await pool.close()
    }
  })
})
