// Lines read by the shapes that normalisers give, held to the same lines parsed whole: the same facts, and no handler that reads what its shape
// leaves out.

import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { AgentKind } from "../domain/agent.ts"
import type { JsonObject } from "../observe/transcripts/json-fields.ts"
import type { Normaliser } from "../observe/transcripts/port.ts"
import { normaliserOf } from "../observe/transcripts/registry.ts"
import { present, type Shape } from "../observe/transcripts/shape.ts"
import { scanPrefix } from "../observe/transcripts/line-prefix.ts"
import { LineReader } from "./line-reader.ts"
import { readMemory } from "./line-window.ts"
import { parseLine } from "./parse-line.ts"
import { claudeLines, codexLines } from "./sample-lines.ts"

const DATA = join(import.meta.dirname, "../../../../shared/data")

const PIECE_BYTES = 1 << 20

interface Sample {
  readonly name: string
  readonly agent: AgentKind
  readonly relativePath: string
  readonly lines: readonly string[]
}

const samples: readonly Sample[] = [
  {
    name: "made up, Claude Code",
    agent: "claude",
    relativePath: "projects/p/11111111-1111-4111-8111-111111111111.jsonl",
    lines: claudeLines(20),
  },
  { name: "made up, Codex", agent: "codex", relativePath: "sessions/2026/04/29/rollout-x.jsonl", lines: codexLines(20) },
  ...recorded("claude", "claude"),
  ...recorded("claude", "claude-public"),
  ...recorded("codex", "codex"),
  ...recorded("codex", "codex-public"),
]

test.skipIf(!existsSync(DATA))("there are recorded transcripts", () => {
  expect(samples.length).toBeGreaterThan(20)
})

describe.each(samples)("$name", (sample) => {
  test("gives the same facts by shape as parsed whole", () => {
    const shaped = reader(sample)
    const parsed = reader(sample, withoutShapes)
    const elsewhere = reader(sample)
    for (const bytes of piecesOf(sample.lines)) {
      const before = parsed.facts.length
      bytes.copy(readMemory.buffer)
      shaped.readLines(readMemory.buffer, 0, bytes.length)
      for (const other of [parsed, elsewhere]) other.readLines(bytes, 0, bytes.length)
      expect(shaped.facts.slice(before)).toEqual(parsed.facts.slice(before))
      expect(elsewhere.facts.slice(before)).toEqual(parsed.facts.slice(before))
    }
    expect(shaped.facts.length).toBeGreaterThan(0)
    expect(shaped.badLines).toBe(parsed.badLines)
  })

  test("is asked for nothing that the shapes leave out", () => {
    const strict = reader(sample, withWatchedLines)
    for (const line of sample.lines) feed(strict, line)
    expect(strict.problem).toBeUndefined()
    expect(strict.badLines).toBe(0)
  })

  test("gives the same facts where a byte is another, as long as the line can be parsed", () => {
    const indexes = fc.nat({ max: sample.lines.length - 1 })
    const mutation = fc.record({
      at: fc.double({ min: 0, max: 0.999, noNaN: true }),
      byte: fc.constantFrom(...Buffer.from('"{}[],:0a\\ ué')),
    })
    fc.assert(
      fc.property(indexes, fc.array(mutation, { minLength: 1, maxLength: 3 }), (index, mutations) => {
        const bytes = Buffer.from(sample.lines[index] ?? "")
        for (const { at, byte } of mutations) bytes[Math.floor(at * bytes.length)] = byte
        if (parseLine(bytes, 0, bytes.length) === undefined) return
        // Between two neighbours, whose values it may be taken to repeat.
        const neighbour = Buffer.from(`${sample.lines[index] ?? ""}\n`)
        const lines = Buffer.concat([neighbour, bytes, Buffer.from("\n"), neighbour])
        if (lines.length > readMemory.buffer.length) return
        lines.copy(readMemory.buffer)
        const shaped = reader(sample)
        const parsed = reader(sample, withoutShapes)
        shaped.readLines(readMemory.buffer, 0, lines.length)
        parsed.readLines(lines, 0, lines.length)
        expect(shaped.facts).toEqual(parsed.facts)
      }),
      { numRuns: 300 },
    )
  })
})

function recorded(agent: AgentKind, folder: string): Sample[] {
  const home = join(DATA, folder)
  if (!existsSync(home)) return []
  return readdirSync(home, { recursive: true, encoding: "utf8" })
    .filter((relativePath) => normaliserOf(agent).roleOf(relativePath) === "transcript" && relativePath.endsWith(".jsonl"))
    .toSorted()
    .map((relativePath) => ({
      name: `${folder}/${relativePath.split("/").at(-1)}`,
      agent,
      relativePath,
      lines: readFileSync(join(home, relativePath), "utf8").split("\n").slice(0, -1),
    }))
}

function reader(sample: Sample, change: (normaliser: Normaliser) => Normaliser = (normaliser) => normaliser): LineReader {
  const normaliser = normaliserOf(sample.agent)
  const file = { path: `/${sample.relativePath}`, relativePath: sample.relativePath, birthMs: Date.UTC(2026, 0, 1) }
  return new LineReader(change(normaliser), file, normaliser.start(file))
}

/** Lines in pieces that the memory holds. */
function piecesOf(lines: readonly string[]): Buffer[] {
  const pieces: Buffer[][] = [[]]
  let bytes = 0
  for (const line of lines.map((text) => Buffer.from(`${text}\n`))) {
    bytes += line.length
    if (bytes > PIECE_BYTES) {
      pieces.push([])
      bytes = line.length
    }
    pieces.at(-1)?.push(line)
  }
  return pieces.map((piece) => Buffer.concat(piece))
}

function feed(to: LineReader, line: string): void {
  const bytes = Buffer.from(line)
  to.readLine(bytes, 0, bytes.length)
}

function withoutShapes(normaliser: Normaliser): Normaliser {
  return { ...normaliser, shapeOf: () => undefined }
}

/** Hands lines that have a shape over parsed whole, and throws where a member is read that the shape does not name. */
function withWatchedLines(normaliser: Normaliser): Normaliser {
  return {
    ...normaliser,
    shapeOf: () => undefined,
    line(state, file, value, emit) {
      const bytes = Buffer.from(JSON.stringify(value))
      const prefix = scanPrefix(bytes, 0, bytes.length)
      const wanted = prefix === undefined ? undefined : normaliser.shapeOf(prefix, state)
      const isFor = wanted !== undefined && wanted.types.has(value["type"])
      return normaliser.line(state, file, isFor ? (watched(value, wanted.shape, "line") as JsonObject) : value, emit)
    },
  }
}

function watched(value: unknown, shape: Shape, path: string): unknown {
  if (typeof value !== "object" || value === null || shape.isWhole) return value
  if (Array.isArray(value)) {
    const { items } = shape
    return items === undefined ? [] : value.map((item, index) => watched(item, items, `${path}[${index}]`))
  }
  return new Proxy(value, {
    get(target, name) {
      const member = shape.members.members.get(String(name))
      if (member === undefined) throw new Error(`${path}.${String(name)} is read and not in the shape`)
      const chosen = member.shape.choose === undefined ? member.shape : member.shape.choose(target as JsonObject, true)
      return watched(Reflect.get(target, name), chosen ?? present, `${path}.${String(name)}`)
    },
    has(target, name) {
      if (!shape.members.members.has(String(name))) throw new Error(`${path}.${String(name)} is asked for and not in the shape`)
      return name in target
    },
  })
}
