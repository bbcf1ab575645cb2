// What stands in transcripts that no reader expects, and what agents do while they write them, each with the count that is right.

import { appendFileSync, closeSync, ftruncateSync, openSync, renameSync, statSync } from "node:fs"
import { join } from "node:path"
import { afterEach, describe, expect, test } from "vitest"
import { isOfProcess, parseRegistryFile } from "../src/observe/discovery/registry-file.ts"
import { createTailBed, type Json, MAIN, prompt, reply, SESSION, type TailBed, type TailBedOptions, text } from "./tail-bed.ts"

let bed: TailBed
function start(options?: TailBedOptions): TailBed {
  bed = createTailBed(options)
  return bed
}
afterEach(() => bed.close())

function truncateTo(path: string, bytes: number): void {
  const file = openSync(path, "r+")
  ftruncateSync(file, bytes)
  closeSync(file)
}

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
    expect(bed.row().requests).toBe(2n)
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
