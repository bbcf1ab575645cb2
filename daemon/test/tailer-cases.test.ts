// The ways in which transcripts are written, broken, moved and lost, each with the count that is right.

import {
  appendFileSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { zstdCompressSync } from "node:zlib"
import { afterEach, describe, expect, test } from "vitest"
import { isOfProcess, parseRegistryFile } from "../src/observe/discovery/registry-file.ts"
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

describe("what stands in lines", () => {
  test("17 bad UTF-8, a byte order mark, NUL runs, carriage returns, lone surrogates and odd separators cost no request", async () => {
    const { write, counts, diagnostics } = start()
    const line = (id: string, words: string) => JSON.stringify(reply(id, 1, {}, { content: [{ type: "text", text: words }] }))
    const broken = Buffer.from(`${line("bytes", "na\u00efve")}\n`)
    broken[broken.indexOf(0xc3)] = 0xff
    write(
      MAIN,
      Buffer.concat([
        Buffer.from(`\uFEFF${line("bom", "x")}\r\n`),
        Buffer.from(`${"\0".repeat(5000)}${line("nul", "x")}\n`),
        broken,
        Buffer.from(`${line("surrogate", "x").replace('"x"', String.raw`"\ud83d"`)}\n`),
        Buffer.from(`${line("separator", "a\u2028b\u2029")}\n\n   \n`),
        Buffer.from(`{"type":"user","torn":"\0\0\0${line("torn", "x")}\n`),
      ]),
    )
    await counts(6)
    expect(diagnostics.counters.badLines).toBe(0)
  })

  test("18 numbers that are none, negative, fractional or beyond all bounds cost their field and not their line", async () => {
    const { write, append, counts, settled, row } = start()
    for (const [index, odd] of ["NaN", "-Infinity", "-5", "1.5", "18446744073709551615", "1e400", '"7"', "null", "[]"].entries()) {
      const line = text(reply(`n${index}`, 1, {}, {}, { cache_read_input_tokens: "ODD" })).replace('"ODD"', odd)
      if (index === 0) write(MAIN, line)
      else append(MAIN, line)
    }
    await counts(9)
    await settled()
    expect(row().tokens).toMatchObject({ cacheRead: 0n, input: 27n, total: 36n })
    append(MAIN, text(reply("exp", 1, {}, {}, { cache_read_input_tokens: "ODD" })).replace('"ODD"', "1e3"))
    await counts(10)
    expect(row().tokens?.cacheRead).toBe(1000n)
  })

  test("19 members of any shape: content as text, no message, no usage, results of every kind", async () => {
    const { write, counts, diagnostics } = start()
    const result = (toolUseResult: unknown) => ({
      ...prompt("", { toolUseResult }),
      message: { role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: null }] },
    })
    write(
      MAIN,
      text(
        reply("a", 1, {}, { content: "words" }),
        reply("b", 1, { message: null }),
        reply("c", 1, {}, { usage: null }),
        reply("d", 1, {}, { content: [null, 7, [], { type: 5 }] }),
        prompt("x", { message: null }),
        prompt("x", { message: { content: { odd: true } } }),
        result("Error: no"),
        result(["a"]),
        result(null),
        reply("e", 1, {}, { usage: { output_tokens: 5, iterations: "no", cache_creation: 7, server_tool_use: [] } }),
      ),
    )
    await counts(7)
    expect(diagnostics.counters.badLines).toBe(0)
  })

  test("20 null in optional members loses no request", async () => {
    const { write, counts } = start()
    const nulls = { speed: null, cache_creation: null, server_tool_use: null, inference_geo: null, service_tier: null, iterations: null }
    const tool = { type: "tool_use", id: "t1", name: "Bash", input: { id: null, model: null } }
    write(MAIN, text(reply("a", 1, { cwd: null, version: null, agentId: null }, {}, nulls), reply("b", 2, {}, { content: [tool] })))
    await counts(3)
  })

  test("21 huge lines pass in bounded memory", async () => {
    let most = 0
    const { write, append, counts, diagnostics } = start({ onStep: () => (most = Math.max(most, process.memoryUsage().arrayBuffers)) })
    const path = write(MAIN, text(reply("a", 1)))
    await counts(1)
    const before = process.memoryUsage().arrayBuffers
    // 600 MB that take no room on disk, then the end of a line.
    truncateTo(path, statSync(path).size + 600_000_000)
    append(MAIN, `\n${text(reply("b", 20))}`)
    await counts(21)
    expect(diagnostics.counters.hugeLines).toBe(1)
    expect(most - before).toBeLessThan(200 << 20)
    // One that is long and yet a line.
    append(MAIN, text(reply("c", 300, {}, { content: [{ type: "text", text: "z".repeat(20 << 20) }] })))
    await counts(321)
  })

  test("22 clocks that jump: a request keeps its time, and no duration is negative", async () => {
    const { write, counts, row } = start()
    const call: Json = { type: "tool_use", id: "t1", name: "Bash", input: {} }
    const result = { type: "tool_result", tool_use_id: "t1", content: "ok" }
    const late = prompt("", { message: { role: "user", content: [result] }, timestamp: "2026-10-31T23:00:00.000Z" })
    write(
      MAIN,
      text(
        reply("a", 1, {}, { content: [call] }),
        late,
        reply("b", 2, { timestamp: "1969-01-01T00:00:00Z" }),
        reply("c", 4, { timestamp: "soon" }),
      ),
    )
    await counts(7)
    const { latency, durationMs, tools } = row()
    expect(tools[0]).toMatchObject({ name: "Bash", calls: 1 })
    expect(latency).toEqual([])
    expect(durationMs).toBeGreaterThanOrEqual(0n)
  })
})

describe("what agents do", () => {
  test("23 torn and stale files beside transcripts: a torn one is read when it is whole, one of another process is not believed", async () => {
    const { write, until, facts } = start()
    const side = `claude/projects/p/${SESSION}/subagents/agent-a1.meta.json`
    write(MAIN, text(reply("a", 1)))
    write(side, '{"agentType":"Expl')
    await until(() => expect(facts.some(({ kind }) => kind === "request-seen")).toBe(true))
    write(side, '{"agentType":"Explore","toolUseId":"t1"}')
    await until(() => expect(facts).toContainEqual(expect.objectContaining({ kind: "subagent-seen", agentType: "Explore" })))

    expect(parseRegistryFile('{"pid":5,"sess')).toBe("torn")
    const entry = parseRegistryFile(JSON.stringify({ pid: 5, sessionId: SESSION, procStart: "777", startedAt: 1 }))
    if (typeof entry === "string") throw new Error(entry)
    const reused = { pid: 5, startTicks: "778", startedMs: 1, inContainer: false }
    expect(isOfProcess(entry, reused, { machineId: "m", namespace: "n" })).toBe(false)
  })

  test.each([
    ["with watches", {}],
    ["with looks alone", { withoutWatches: true }],
  ])("24 two writers on one file, and folders that appear late, %s", async (_name, options) => {
    const { home, write, counts, settled, output } = start(options)
    const path = write(MAIN, text(reply("a", 1)))
    await counts(1)
    for (let index = 0; index < 50; index++) {
      appendFileSync(path, text(reply(`one${index}`, 10)))
      appendFileSync(path, text(reply(`two${index}`, 100)))
    }
    write(
      `claude/projects/p/${SESSION}/subagents/workflows/late/agent-a1.jsonl`,
      text(reply("sub", 10_000, { agentId: "a1", isSidechain: true })),
    )
    await counts(15_501)
    // An editor that replaces the whole folder.
    renameSync(join(home, "claude/projects/p"), join(home, "claude/projects/old"))
    write(MAIN, text(reply("fresh", 100_000)))
    await counts(115_501)
    await settled()
    expect(output()).toBe(115_501)
  })

  test("25 endings that are none: an interrupted stream counts, and what was left open may still end", async () => {
    const { write, append, counts, until, row } = start()
    const call = (id: string): Json => ({ content: [{ type: "tool_use", id, name: "Bash", input: {} }] })
    write(MAIN, text(prompt("go"), reply("a", 1, {}, { stop_reason: null }), reply("b", 2, {}, call("t1"))))
    await counts(3)
    expect(row()).toMatchObject({ judgedCalls: 0n, toolCounts: { Bash: 1 } })
    append(MAIN, text(prompt("[Request interrupted by user for tool use]"), prompt("on"), reply("c", 4, {}, call("t2"))))
    await counts(7)
    const result = { type: "tool_result", tool_use_id: "t1", content: "late" }
    append(MAIN, text(prompt("", { message: { role: "user", content: [result] } })))
    await until(() => expect(row().judgedCalls).toBe(1n))
  })

  test("types from the future are counted as unknown and lose nothing", async () => {
    const { write, counts, diagnostics } = start()
    write(MAIN, text({ type: "from-the-future", sessionId: SESSION, message: { usage: {} } }, reply("a", 1)))
    await counts(1)
    expect(diagnostics.counters.unknownLines).toBe(1)
  })
})
