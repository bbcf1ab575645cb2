import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { zstdCompressSync } from "node:zlib"
import { afterAll, expect, it } from "vitest"
import type { TranscriptFact } from "../domain/facts.ts"
import { type Cursor, startCursor } from "./cursor.ts"
import { readCompressed } from "./read-compressed.ts"
import { readFrom } from "./read.ts"
import { claudeLines, codexLines } from "./sample-lines.ts"

const home = mkdtempSync(join(tmpdir(), "vibecraft-zst-"))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const THREAD = "sessions/2026/04/29/rollout-2026-04-29T16-31-04-019dda14-1af7-75f2-afc4-91fa82ac2c27.jsonl"
const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("")

let folders = 0
function file(content: string | Buffer, relativePath = `${THREAD}.zst`): Cursor {
  const path = join(home, String(folders++), relativePath)
  mkdirSync(dirname(path), { recursive: true })
  const packed = relativePath.endsWith(".zst")
  writeFileSync(path, packed && typeof content === "string" ? zstdCompressSync(content) : content)
  const agent = relativePath.startsWith("projects") ? "claude" : "codex"
  return startCursor({ path, relativePath, birthMs: 0, agent, role: packed ? "compressed" : "transcript" })
}

/** What was said, but for the paths: every file has its own. */
function said(facts: readonly TranscriptFact[]): readonly unknown[] {
  return facts.map((fact) => ({ ...fact, transcriptPath: undefined }))
}

it.each([
  ["a thread", codexLines(40), THREAD],
  ["a session", claudeLines(20), "projects/p/11111111-1111-4111-8111-111111111111.jsonl"],
])("reads %s to the facts of the plain file, in however many steps", async (_name, lines, relativePath) => {
  const plain = readFrom(file(text(lines), relativePath), { budgetBytes: Number.MAX_SAFE_INTEGER })
  expect(plain.facts.length).toBeGreaterThan(50)
  for (const budgetBytes of [1, 100_000_000]) {
    const facts: TranscriptFact[] = []
    let cursor = file(text(lines), `${relativePath}.zst`)
    for (;;) {
      const result = await readCompressed(cursor, { budgetBytes })
      expect(result).toMatchObject({ badLines: 0, problem: undefined, restarted: undefined })
      facts.push(...result.facts)
      cursor = structuredClone(result.cursor)
      if (result.status === "end") break
      expect(result.status).toBe("more")
    }
    expect(said(facts)).toEqual(said(plain.facts))
    expect(cursor.offset).toBe(Buffer.byteLength(text(lines)))
    expect(await readCompressed(cursor)).toMatchObject({ status: "end", facts: [], bytesRead: 0 })
  }
})

it("reads a last line without a newline, and passes over one that is too long", async () => {
  const lines = codexLines(2)
  const whole = await readCompressed(file(text(lines)))
  expect(said((await readCompressed(file(text(lines).slice(0, -1)))).facts)).toEqual(said(whole.facts))
  const long = JSON.stringify({ timestamp: "2026-04-29T16:31:04.000Z", type: "world_state", payload: { x: "y".repeat(3_000_000) } })
  const passed = await readCompressed(file(text([...lines.slice(0, 3), long, ...lines.slice(3)])), { maxLineBytes: 200_000 })
  expect(passed).toMatchObject({ status: "end", hugeLines: 1, badLines: 0 })
  expect(said(passed.facts)).toEqual(said(whole.facts))
})

it("reads a file again that was replaced", async () => {
  const first = await readCompressed(file(text(codexLines(1))))
  writeFileSync(`${first.cursor.path}.tmp`, zstdCompressSync(text(codexLines(3))))
  renameSync(`${first.cursor.path}.tmp`, first.cursor.path)
  const again = await readCompressed(first.cursor)
  expect(again).toMatchObject({ status: "end", restarted: "replaced" })
  expect(again.facts.filter(({ kind }) => kind === "request-seen")).toHaveLength(3)
})

it("says what cannot be read, and counts what could be of a damaged file", async () => {
  expect(await readCompressed(file(Buffer.from("no zstd")))).toMatchObject({ status: "failed", problem: expect.any(String) as string })
  const gone = file("")
  rmSync(gone.path)
  expect(await readCompressed(gone)).toMatchObject({ status: "gone", problem: undefined })
  // Many frames behind each other; where one is no frame the rest is lost.
  const lines = codexLines(60)
  const damaged = Buffer.concat(lines.map((line, index) => (index === 400 ? Buffer.from("x".repeat(99)) : zstdCompressSync(`${line}\n`))))
  const result = await readCompressed(file(damaged))
  expect(result.status).toBe("failed")
  expect(result.facts.length).toBeGreaterThan(100)
  // A torn one may still be on its way.
  const torn = await readCompressed(file(zstdCompressSync(text(lines)).subarray(0, -7)))
  expect(torn.badLines).toBeLessThan(2)
})
