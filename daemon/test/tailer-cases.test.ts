// The ways in which transcripts are written, broken, moved and lost, each with the count that is right.

import { closeSync, ftruncateSync, mkdirSync, openSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { zstdCompressSync } from "node:zlib"
import { afterEach, describe, expect, test } from "vitest"
import {
  codex,
  createTailBed,
  type Json,
  MAIN,
  OTHER,
  prompt,
  reply,
  ROLLOUT,
  SESSION,
  type TailBed,
  type TailBedOptions,
  text,
  THREAD,
  tokenCount,
} from "./tail-bed.ts"

let bed: TailBed
function start(options?: TailBedOptions): TailBed {
  bed = createTailBed(options)
  return bed
}
afterEach(() => bed.close())

const meta = (id = THREAD, more: Json = {}) => codex("session_meta", { id, cwd: "/home/dev", cli_version: "0.169.0", ...more })
const turn = (id: string) => codex("turn_context", { turn_id: id, model: "gpt-5.5", cwd: "/home/dev" })

function truncateTo(path: string, bytes: number): void {
  const file = openSync(path, "r+")
  ftruncateSync(file, bytes)
  closeSync(file)
}

describe("how files are written", () => {
  test("1 a partial last line counts when the rest comes, and one that never gets its newline when the file is quiet", async () => {
    const { write, append, counts, settled, pass, output } = start()
    const long = text(prompt("y".repeat(6 << 20)), reply("b", 20))
    write(MAIN, text(reply("a", 10)) + long.slice(0, 5 << 20))
    await counts(10)
    await settled()
    expect(output()).toBe(10)
    append(MAIN, long.slice(5 << 20))
    await counts(30)
    append(MAIN, text(reply("c", 5)).trimEnd())
    await settled()
    expect(output()).toBe(30)
    pass(60_000)
    await counts(35)
    append(MAIN, `\n${text(reply("d", 1))}`)
    await counts(36)
  })

  test("2 in-place truncation: what was counted stays, what is written in its place is added", async () => {
    const { write, append, counts, settled, output } = start()
    const kept = text(reply("a", 10))
    const path = write(MAIN, kept + text(reply("dropped", 7)))
    await counts(17)
    truncateTo(path, Buffer.byteLength(kept))
    await settled()
    append(MAIN, text(reply("other", 100)))
    await counts(117)
    await settled()
    expect(output()).toBe(117)
  })

  test("3 an atomic rewrite that drops lines loses nothing and counts nothing twice", async () => {
    const { home, write, counts, settled, output } = start()
    const [first, second, third] = [reply("a", 1), reply("b", 20), reply("c", 300)]
    write(MAIN, text(first, second))
    await counts(21)
    const fresh = write("claude/projects/p/new.tmp", text(second, third))
    renameSync(fresh, join(home, MAIN))
    await counts(321)
    await settled()
    expect(output()).toBe(321)
  })

  test("4 deletion keeps totals, and the same file come back adds nothing", async () => {
    const { write, counts, settled, output, until, diagnostics } = start()
    const lines = text(reply("a", 10), reply("b", 5))
    const path = write(MAIN, lines)
    await counts(15)
    const files = diagnostics.counters.files
    rmSync(path)
    await until(() => expect(diagnostics.counters.files).toBe(files - 1))
    expect(output()).toBe(15)
    write(MAIN, lines + text(reply("c", 2)))
    await counts(17)
    await settled()
    expect(output()).toBe(17)
  })

  test("5 a thread that is moved to the archive, then packed, then unpacked again is one thread", async () => {
    const { home, write, append, counts, settled, output, diagnostics } = start()
    const lines = text(meta(), turn("t"), tokenCount(10, 10), tokenCount(25, 15))
    const path = write(ROLLOUT, lines)
    await counts(25, THREAD)
    const before = diagnostics.counters.bytesRead
    const archived = join(home, "codex/archived_sessions", path.slice(path.lastIndexOf("/") + 1))
    mkdirSync(join(home, "codex/archived_sessions"))
    renameSync(path, archived)
    await settled()
    // Nothing but the probes was read: a moved file is known by its identity.
    const probes = text(reply("probe-0", 1, { sessionId: "probe-0" })).length * 2
    expect(diagnostics.counters.bytesRead - before).toBe(probes)
    writeFileSync(`${archived}.tmp`, zstdCompressSync(lines))
    renameSync(`${archived}.tmp`, `${archived}.zst`)
    rmSync(archived)
    await settled()
    expect(output(THREAD)).toBe(25)
    writeFileSync(archived, lines)
    rmSync(`${archived}.zst`)
    await settled()
    expect(output(THREAD)).toBe(25)
    append(`codex/archived_sessions/${path.slice(path.lastIndexOf("/") + 1)}`, text(tokenCount(26, 1)))
    await counts(26, THREAD)
  })

  test("5 a packed thread that nobody ever saw plain counts", async () => {
    const { write, counts } = start()
    write(`${ROLLOUT}.zst`, zstdCompressSync(text(meta(), turn("t"), tokenCount(10, 10))))
    await counts(10, THREAD)
    expect(bed.row(THREAD).requests).toBe(1n)
  })
})

describe("how requests repeat", () => {
  test("6 streaming placeholders grow to the final count", async () => {
    const { write, append, counts, row } = start()
    write(MAIN, text(reply("a", 1), reply("a", 1)))
    await counts(1)
    append(MAIN, text(reply("a", 250)))
    await counts(250)
    expect(row().requests).toBe(1n)
  })

  test("7 the same id under another request id: a side chain's replay is the same, two of the main chain with other counts are two", async () => {
    const { write, counts, row } = start()
    const again: Json = { requestId: "req_other" }
    write(MAIN, text(reply("a", 10), reply("a", 10, { ...again, isSidechain: true }), reply("gateway", 5), reply("gateway", 7, again)))
    await counts(22)
    expect(row().requests).toBe(3n)
  })

  test("8 no request id: a response counts once, whatever the number of its lines", async () => {
    const { write, counts, row } = start()
    const none: Json = { requestId: undefined }
    write(MAIN, text(reply("a", 10, none), reply("a", 10, none), reply("b", 1, none)))
    await counts(11)
    expect(row().requests).toBe(2n)
  })

  test.each([
    ["the parent's file first", [MAIN, `claude/projects/p/${OTHER}.jsonl`]],
    ["the fork's file first", [`claude/projects/p/${OTHER}.jsonl`, MAIN]],
  ])("9 fork copies belong to the conversation that made them: %s", async (_name, order) => {
    const { write, counts, settled, output } = start()
    const [asked, first, second] = [prompt("go"), reply("a", 10), reply("b", 20)]
    const copies = [first, second].map((line) => ({ ...line, sessionId: OTHER, requestSessionId: SESSION }))
    const files: Record<string, string> = {
      [MAIN]: text(asked, first, second),
      [order.find((path) => path !== MAIN) ?? ""]: text({ ...asked, sessionId: OTHER }, ...copies, reply("own", 3, { sessionId: OTHER })),
    }
    for (const path of order) {
      write(path, files[path] ?? "")
      await settled()
    }
    await counts(30)
    expect(output(OTHER)).toBe(3)
  })

  test("10 the parent's history in front of a forked thread is not the fork's", async () => {
    const { write, counts, settled, output, row } = start()
    const child = "019dda15-1af7-75f2-afc4-91fa82ac2c27"
    const history = [turn(THREAD), tokenCount(10, 10), tokenCount(25, 15)]
    write(ROLLOUT, text(meta(), ...history))
    write(
      ROLLOUT.replace(THREAD, child),
      text(meta(child, { forked_from_id: THREAD }), meta(), ...history, turn("019dda16-0000-7000-8000-000000000000"), tokenCount(29, 4)),
    )
    await counts(4, child)
    await settled()
    expect(output(THREAD)).toBe(25)
    expect(row(child).forkedFromConversationId).toBe(THREAD)
  })

  test("11 a repeated token count counts once", async () => {
    const { write, counts, row } = start()
    write(ROLLOUT, text(meta(), turn("t"), tokenCount(10, 10), tokenCount(10, 10), tokenCount(10, 10), tokenCount(15, 5)))
    await counts(15, THREAD)
    expect(row(THREAD).requests).toBe(2n)
  })

  test("12 a total that starts anew takes nothing back", async () => {
    const { write, append, counts } = start()
    write(ROLLOUT, text(meta(), turn("t"), tokenCount(100, 100)))
    await counts(100, THREAD)
    const { payload, ...line } = tokenCount(7, 7) as { payload: { info: Json } }
    append(ROLLOUT, text({ ...line, payload: { ...payload, info: { ...payload.info, last_token_usage: undefined } } }))
    await counts(107, THREAD)
    expect(bed.row(THREAD).requests).toBe(2n)
  })

  test("13 hidden calls are shown beside what is counted, not in it", async () => {
    const { write, counts, until, row } = start()
    const usage = { inputTokens: 3, outputTokens: 60, costUSD: 0.001_212 }
    const state = { type: "cost-state", sessionId: SESSION, totalCostUSD: 0.001_212, modelUsage: { "claude-opus-5-5": usage } }
    write(MAIN, text(reply("a", 10), state))
    await counts(10)
    await until(() =>
      expect(row().booked?.hidden).toMatchObject([{ model: "claude-opus-5-5", tokens: { output: 50n }, nanosUsd: 1_000_000n }]),
    )
    expect(row().cost?.nanosUsd).toBe(212_000n)
  })
})

describe("what lies where", () => {
  test("14 subagents at any depth count for the session that their path names", async () => {
    const { write, counts } = start()
    write(MAIN, text(reply("a", 1)))
    const own: Json = { isSidechain: true }
    write(`claude/projects/p/${SESSION}/subagents/agent-a1.jsonl`, text(reply("b", 20, { ...own, agentId: "a1" })))
    write(`claude/projects/p/${SESSION}/subagents/workflows/run/agent-a2.jsonl`, text(reply("c", 300, { ...own, agentId: "a2" })))
    write("claude/projects/p/agent-a3.jsonl", text(reply("d", 4000, { ...own, agentId: "a3" })))
    await counts(4321)
    expect(bed.row().requests).toBe(4n)
  })

  test("15 files of lines that are no transcripts do not count", async () => {
    const { write, counts, settled, output } = start()
    const line = text(reply("x", 1000))
    write(`claude/projects/p/${SESSION}/subagents/workflows/run/journal.jsonl`, line)
    write("claude/projects/p/memory/notes.jsonl", line)
    write("claude/history.jsonl", line)
    write("codex/history.jsonl", line)
    write("claude/projects/p/notes.json", line)
    write(MAIN, text({ type: "started", runId: "r" }, { type: "result", message: { usage: { output_tokens: 9 } } }, reply("a", 1)))
    await counts(1)
    await settled()
    expect(output()).toBe(1)
  })

  test("16 links to transcripts are not followed, and a home that is a link is read once", async () => {
    const { home, write, counts, settled, output, diagnostics } = start()
    const path = write(MAIN, text(reply("a", 10)))
    mkdirSync(join(home, "claude/projects/tasks"))
    symlinkSync(path, join(home, "claude/projects/tasks/a1.jsonl"))
    symlinkSync(join(home, "claude/projects/p"), join(home, "claude/projects/q"))
    symlinkSync(join(home, "claude"), join(home, "linked"))
    await counts(10)
    await settled()
    expect(output()).toBe(10)
    expect(diagnostics.counters.lines).toBe(3)
  })
})
