import {
  appendFileSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import fc from "fast-check"
import { afterAll, describe, expect, it } from "vitest"
import type { AgentKind } from "../domain/agent.ts"
import type { TranscriptFact } from "../domain/facts.ts"
import { type Cursor, startCursor } from "./cursor.ts"
import { readFrom, type ReadOptions } from "./read.ts"
import type { ReadResult } from "./read-result.ts"
import { claudeLines, codexLines } from "./sample-lines.ts"

const home = mkdtempSync(join(tmpdir(), "vibecraft-read-"))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const CLAUDE = "projects/p/11111111-1111-4111-8111-111111111111.jsonl"
const CODEX = "sessions/2026/04/29/rollout-2026-04-29T16-31-04-019dda14-1af7-75f2-afc4-91fa82ac2c27.jsonl"

let folders = 0

/** A file of its own for each use. */
function file(content: string | Buffer, agent: AgentKind = "claude", birthMs = 0): Cursor {
  const relativePath = agent === "claude" ? CLAUDE : CODEX
  const path = join(home, String(folders++), relativePath)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  return startCursor({ path, relativePath, birthMs, agent, role: "transcript" })
}

function readAll(cursor: Cursor, options: Partial<ReadOptions> = {}): ReadResult & { readonly all: readonly TranscriptFact[] } {
  const all: TranscriptFact[] = []
  for (let at = cursor; ;) {
    const result = readFrom(at, { budgetBytes: 1 << 20, ...options })
    all.push(...result.facts.map(withoutPath))
    at = result.cursor
    if (result.status !== "more") return { ...result, all }
  }
}

/** Each use has a file of its own, so only the path may differ. */
function withoutPath(fact: TranscriptFact): TranscriptFact {
  if (fact.kind !== "conversation-seen") return fact
  const { transcriptPath: _path, ...rest } = fact
  return rest
}

const requests = (facts: readonly TranscriptFact[]) => facts.filter((fact) => fact.kind === "request-seen")
const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("")

/** An answer is said whenever the file ends behind it, and once more when a line follows: the last time counts. */
function asSaidLast(facts: readonly TranscriptFact[]): readonly TranscriptFact[] {
  const last = new Map(facts.flatMap((fact) => (fact.kind === "model-call-seen" ? [[fact.key, fact] as const] : [])))
  return facts.filter((fact) => fact.kind !== "model-call-seen" || last.get(fact.key) === fact)
}

describe("readFrom", () => {
  it("reads a whole file into its facts", () => {
    const { all, status, lines, badLines, unknownLines } = readAll(file(text(claudeLines(2))))
    expect({ status, lines, badLines, unknownLines }).toEqual({ status: "end", lines: 17, badLines: 0, unknownLines: 0 })
    const count = (kind: string) => all.filter((fact) => fact.kind === kind).length
    expect(["turn-started", "turn-ended", "tool-started", "tool-ended"].map(count)).toEqual([2, 2, 2, 2])
    expect(new Set(requests(all).map(({ key }) => key)).size).toBe(4)
    expect(all.find((fact) => fact.kind === "tool-started")).toMatchObject({ name: "Bash", target: "ls 0" })
    expect(all.filter((fact) => fact.kind === "tool-ended").map(({ outcome }) => outcome)).toEqual(["ok", "failed"])
    expect(all.find((fact) => fact.kind === "conversation-seen" && fact.cwd !== undefined)).toMatchObject({
      cwd: "/home/dev/é",
      agentVersion: "2.1.330",
    })
  })

  it.each(["claude", "codex"] as const)("finds the same facts however %s's bytes come", (agent) => {
    const bytes = Buffer.from(text(agent === "claude" ? claudeLines(5) : codexLines(5)))
    const whole = readAll(file(bytes, agent)).all
    expect(requests(whole).length).toBeGreaterThan(4)
    const cuts = fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 12 })
    fc.assert(
      fc.property(cuts, fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 5000 }), (at, stepBytes, budgetBytes) => {
        const ends = [...at, bytes.length].toSorted((a, b) => a - b)
        let cursor = file("", agent)
        const facts: TranscriptFact[] = []
        let written = 0
        for (const end of ends) {
          appendFileSync(cursor.path, bytes.subarray(written, end))
          written = end
          const result = readAll(cursor, { stepBytes, budgetBytes })
          facts.push(...result.all)
          expect(result.restarted).toBeUndefined()
          cursor = result.cursor
        }
        expect(asSaidLast(facts)).toEqual(asSaidLast(whole))
        expect(cursor.offset).toBe(bytes.length)
      }),
      { numRuns: 60 },
    )
  })

  it("does not change the cursor it is given", () => {
    const cursor = readFrom(file(text(claudeLines(1))), { budgetBytes: 1e6 }).cursor
    const before = structuredClone(cursor)
    appendFileSync(cursor.path, text(claudeLines(2).slice(9)))
    const first = readFrom(cursor, { budgetBytes: 1e6 })
    expect(first.facts.length).toBeGreaterThan(0)
    expect(cursor).toEqual(before)
    expect(readFrom(cursor, { budgetBytes: 1e6 })).toEqual(first)
  })

  it("leaves a torn last line until its newline comes", () => {
    const lines = claudeLines(1)
    const torn = (lines[5] ?? "").slice(0, 100)
    const first = readFrom(file(text(lines.slice(0, 5)) + torn), { budgetBytes: 1e6 })
    expect(first).toMatchObject({ status: "end", tailBytes: 100, badLines: 0 })
    expect(readFrom(first.cursor, { budgetBytes: 1e6, isQuiet: true })).toMatchObject({ facts: [], badLines: 0, bytesRead: 0 })
    appendFileSync(first.cursor.path, `${(lines[5] ?? "").slice(100)}\n`)
    const second = readFrom(first.cursor, { budgetBytes: 1e6 })
    expect(second.facts.map(({ kind }) => kind)).toContain("tool-started")
  })

  it.each(["claude", "codex"] as const)(
    "reads %s's last line without a newline once the file is quiet, and to the same facts when it comes",
    (agent) => {
      const lines = agent === "claude" ? claudeLines(1).slice(0, 8) : codexLines(1).slice(0, 6)
      const first = readFrom(file(text(lines).slice(0, -1), agent), { budgetBytes: 1e6 })
      const quiet = readFrom(first.cursor, { budgetBytes: 1e6, isQuiet: true })
      expect(requests(quiet.facts)).toHaveLength(1)
      expect(readFrom(quiet.cursor, { budgetBytes: 1e6, isQuiet: true }).facts).toEqual([])
      appendFileSync(first.cursor.path, "\n")
      expect(readFrom(quiet.cursor, { budgetBytes: 1e6 }).facts).toEqual(quiet.facts)
    },
  )

  it("grows with a long line and passes over one that is too long", () => {
    const [first = "", ...rest] = claudeLines(1)
    const long = JSON.stringify({ type: "user", sessionId: "s", message: { content: "x".repeat(9000) }, timestamp: "2026-11-01T00:00:00Z" })
    const cursor = file(text([first, long, ...rest]))
    const grown = readAll(cursor, { stepBytes: 64, maxLineBytes: 16_384 })
    expect(grown).toMatchObject({ hugeLines: 0, badLines: 0, lines: 10 })
    const passed = readAll(cursor, { stepBytes: 64, maxLineBytes: 4096, budgetBytes: 100 })
    expect(requests(passed.all)).toEqual(requests(grown.all))
    expect(passed.cursor.offset).toBe(grown.cursor.offset)
  })

  it("counts a line that is too long once, in however many steps it is passed over", () => {
    const long = `{"x":"${"y".repeat(50_000)}"}`
    let cursor = file(text([long, ...claudeLines(1)]))
    let hugeLines = 0
    let lines = 0
    for (let steps = 0; steps < 100; steps++) {
      const result = readFrom(cursor, { budgetBytes: 1000, stepBytes: 500, maxLineBytes: 2000 })
      hugeLines += result.hugeLines
      lines += result.lines
      cursor = result.cursor
      if (result.status === "end") break
    }
    expect({ hugeLines, lines }).toEqual({ hugeLines: 1, lines: 9 })
  })

  it.each<[string, (path: string, lines: readonly string[]) => void, ReadResult["restarted"]]>([
    ["truncated", (path, lines) => truncate(path, Buffer.byteLength(text(lines.slice(0, 6)))), "truncated"],
    [
      "truncated and written on",
      (path, lines) => writeFileSync(path, text([...lines.slice(0, 8), ...claudeLines(3).slice(10)])),
      "rewritten",
    ],
    ["written anew in place", (path) => writeFileSync(path, text(claudeLines(4, "22222222-1111-4111-8111-111111111111"))), "rewritten"],
    ["replaced", (path, lines) => replace(path, text(lines.slice(3))), "replaced"],
  ])("reads a file again that was %s", (_name, change, restarted) => {
    const lines = claudeLines(2)
    const first = readFrom(file(text(lines)), { budgetBytes: 1e6 })
    change(first.cursor.path, lines)
    const again = readFrom(first.cursor, { budgetBytes: 1e6 })
    expect(again.restarted).toBe(restarted)
    const fresh = readFrom(startCursor(first.cursor), { budgetBytes: 1e6 })
    expect(again.facts).toEqual(fresh.facts)
    expect(again.cursor).toEqual(fresh.cursor)
    expect(readFrom(again.cursor, { budgetBytes: 1e6 })).toMatchObject({ restarted: undefined, facts: [], status: "end" })
  })

  it("goes on where it was after a rename", () => {
    const first = readFrom(file(text(claudeLines(1))), { budgetBytes: 1e6 })
    const path = `${first.cursor.path}.moved`
    renameSync(first.cursor.path, path)
    expect(readFrom(first.cursor, { budgetBytes: 1e6 }).status).toBe("gone")
    expect(readFrom({ ...first.cursor, path }, { budgetBytes: 1e6 })).toMatchObject({ status: "end", restarted: undefined, bytesRead: 0 })
  })

  it("says what cannot be read, and follows no link", () => {
    const cursor = file("")
    expect(readFrom({ ...cursor, path: dirname(cursor.path) }, { budgetBytes: 1 })).toMatchObject({ status: "failed" })
    const link = `${cursor.path}.link`
    symlinkSync(cursor.path, link)
    expect(readFrom({ ...cursor, path: link }, { budgetBytes: 1 })).toMatchObject({ status: "failed" })
    expect(readFrom({ ...cursor, path: `${cursor.path}/below` }, { budgetBytes: 1 })).toMatchObject({ status: "gone" })
  })

  it("costs one line for what is not JSON", () => {
    const lines = claudeLines(1)
    const rubbish = ["not json", "[1,2]", "3", '{"type":"user"', '{"a":1}{"b":2}', '{"type":5}', "\u0000\u0000"]
    const result = readAll(file(text(lines.flatMap((line, index) => [line, rubbish[index] ?? "", ""]))))
    expect(result.badLines).toBe(6)
    expect(result.all).toEqual(readAll(file(text(lines))).all)
  })

  it("reads through NULs, byte order marks, carriage returns, bytes that are no UTF-8, and lone surrogates", () => {
    const lines = claudeLines(1)
    const plain = readAll(file(text(lines))).all
    expect(readAll(file(`\uFEFF${lines.join("\r\n")}\r\n`)).all).toEqual(plain)
    expect(readAll(file(lines.map((line) => `\0\0${line}\n`).join(""))).all).toEqual(plain)
    // A torn line, NULs where a power loss left a hole, then the next line on the same line.
    const torn = lines.map((line, index) => (index === 3 ? `{"type":"us\0\0\0${line}` : line))
    expect(readAll(file(text(torn))).all).toEqual(plain)
    const bytes = Buffer.from(text(lines))
    bytes[bytes.indexOf("naïve") + 2] = 0xff
    expect(readAll(file(bytes))).toMatchObject({ badLines: 0 })
    const surrogate = text(lines).replace("ls 0", String.raw`ls \ud83d`)
    expect(readAll(file(surrogate)).all.find((fact) => fact.kind === "tool-started")).toMatchObject({ target: "ls \ufffd" })
  })

  it("loses NaN and Infinity and keeps their line", () => {
    const lines = claudeLines(1)
    const odd = text(lines).replaceAll('"output_tokens":250', '"output_tokens":NaN,"x":-Infinity,"s":"NaN"')
    const result = readAll(file(odd))
    expect(result.badLines).toBe(0)
    expect(requests(result.all).map(({ usage }) => usage.output)).toEqual([1, 0, 40])
  })

  it("counts types it does not know", () => {
    expect(readAll(file(text(['{"type":"from-the-future","sessionId":"s"}', ...claudeLines(1)])))).toMatchObject({
      unknownLines: 1,
      badLines: 0,
    })
  })

  it.each(["claude", "codex"] as const)("survives any damage to %s's lines", (agent) => {
    const clean = Buffer.from(text(agent === "claude" ? claudeLines(2) : codexLines(2)))
    const damage = fc.array(fc.tuple(fc.nat(clean.length - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(damage, (changes) => {
        const bytes = Buffer.from(clean)
        for (const [at, byte] of changes) bytes[at] = byte
        const result = readAll(file(bytes, agent))
        expect(result).toMatchObject({ status: "end", problem: undefined })
        expect(result.cursor.offset + result.tailBytes).toBe(bytes.length)
      }),
      { numRuns: 200 },
    )
  })

  it.each(["claude", "codex"] as const)("survives any value in place of any member of %s's lines", (agent) => {
    const lines = (agent === "claude" ? claudeLines(1) : codexLines(1)).map((line) => JSON.parse(line) as object)
    const odd = fc.oneof(
      fc.constantFrom(null, true, -1, 1.5, 2 ** 70, "", "x", "__proto__", [], {}, [null], { type: null }),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.nat(200), odd, (index, member, value) => {
        const changed = lines.map((line, at) => (at === index ? withMember(line, member, value) : line))
        const result = readAll(file(text(changed.map((line) => JSON.stringify(line))), agent))
        expect(result.problem).toBeUndefined()
        for (const { usage } of requests(result.all)) for (const count of Object.values(usage)) expect(count).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 300 },
    )
  })

  it("keeps text that ends up on screens short and clean", () => {
    const title = {
      type: "custom-title",
      customTitle: `\u001b]0;evil\u0007${"x".repeat(500)}`,
      sessionId: "11111111-1111-4111-8111-111111111111",
    }
    const named = readAll(file(text([JSON.stringify(title)]))).all[0]
    expect(named).toMatchObject({ kind: "conversation-seen", ownName: expect.stringMatching(/^\]0;evil x+…$/u) as string })
  })

  it("reads a subagent's sidecar whole, and a torn one not at all", () => {
    const relativePath = "projects/p/sid/subagents/agent-a1.meta.json"
    const path = join(home, "sidecar.json")
    const cursor = startCursor({ path, relativePath, birthMs: 0, agent: "claude", role: "sidecar" })
    writeFileSync(path, '{"agentType":"Explore","toolUseId":"toolu_1"')
    expect(readFrom(cursor, { budgetBytes: 1 })).toMatchObject({ facts: [], bytesRead: 0 })
    writeFileSync(path, '{"agentType":"Explore","toolUseId":"toolu_1","parentAgentId":"a0","description":"look","finished":true}')
    expect(readFrom(cursor, { budgetBytes: 1 }).facts).toEqual([
      {
        kind: "subagent-seen",
        conversationId: "sid",
        subagentId: "a1",
        link: "sidecar",
        parentSubagentId: "a0",
        toolCallId: "toolu_1",
        agentType: "Explore",
        description: "look",
        finished: true,
      },
    ])
  })
})

function withMember(object: object, index: number, value: unknown): object {
  const copy = structuredClone(object)
  const slots: [Record<string, unknown>, string][] = []
  const walk = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return
    for (const key of Object.keys(node)) {
      slots.push([node as Record<string, unknown>, key])
      walk((node as Record<string, unknown>)[key])
    }
  }
  walk(copy)
  const [holder, key] = slots[index % slots.length] ?? []
  if (holder !== undefined && key !== undefined) holder[key] = value
  return copy
}

function truncate(path: string, bytes: number): void {
  const fd = openSync(path, "r+")
  ftruncateSync(fd, bytes)
  closeSync(fd)
}

function replace(path: string, content: string): void {
  writeFileSync(`${path}.tmp`, content)
  renameSync(`${path}.tmp`, path)
}
