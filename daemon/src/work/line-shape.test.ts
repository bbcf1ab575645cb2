// Lines pruned to what normalisers ask for, held to the same lines parsed whole: the same facts, and no handler that reads what its shape leaves
// out.

import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { AgentKind } from "../domain/agent.ts"
import { asObject, type JsonObject } from "../observe/transcripts/json-fields.ts"
import type { Normaliser } from "../observe/transcripts/port.ts"
import { normaliserOf } from "../observe/transcripts/registry.ts"
import { type Shape, whole } from "../observe/transcripts/shape.ts"
import { LineReader } from "./line-reader.ts"
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
  test("gives the same facts pruned as parsed whole", () => {
    const pruned = reader(sample)
    const parsed = reader(sample, parsedWhole)
    for (const bytes of piecesOf(sample.lines)) {
      const before = parsed.facts.length
      for (const each of [pruned, parsed]) each.readCopy(bytes)
      expect(pruned.facts.slice(before)).toEqual(parsed.facts.slice(before))
    }
    expect(pruned.facts.length).toBeGreaterThan(0)
    expect(pruned.lines).toBe(parsed.lines)
    expect(pruned.badLines).toBe(parsed.badLines)
    expect(pruned.unknownLines).toBe(parsed.unknownLines)
  })

  test("is asked for nothing that the shapes leave out", () => {
    const strict = reader(sample, watchedLines)
    for (const line of sample.lines) strict.readCopy(Buffer.from(line))
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
        const pruned = reader(sample)
        const parsed = reader(sample, parsedWhole)
        for (const each of [pruned, parsed]) each.readCopy(lines)
        expect(pruned.facts).toEqual(parsed.facts)
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

/** All of each line. */
function parsedWhole(normaliser: Normaliser): Normaliser {
  return { ...normaliser, shape: whole }
}

/** Throws where a member is read that the shape does not name. */
function watchedLines(normaliser: Normaliser): Normaliser {
  return {
    ...parsedWhole(normaliser),
    line(state, file, value, emit) {
      const line = watched(value, normaliser.shape, "line")
      return normaliser.line(state, file, asObject(line) ?? {}, emit)
    },
  }
}

function watched(value: unknown, shape: Shape, path: string): unknown {
  if (typeof value !== "object" || value === null || shape.keep !== "parts") return value
  if (Array.isArray(value)) {
    const { items } = shape
    return items === undefined ? [] : value.map((item, index) => watched(item, items, `${path}[${index}]`))
  }
  return new Proxy(value, {
    get(target, name) {
      const member = shape.members[String(name)]
      if (member === undefined) throw new Error(`${path}.${String(name)} is read and not in the shape`)
      const chosen = member.otherwise === undefined || hasTold(target as JsonObject, shape) ? member : member.otherwise
      return watched(Reflect.get(target, name), chosen, `${path}.${String(name)}`)
    },
    has(target, name) {
      if (!Object.hasOwn(shape.members, String(name))) throw new Error(`${path}.${String(name)} is asked for and not in the shape`)
      return name in target
    },
  })
}

function hasTold(object: JsonObject, { members }: Shape): boolean {
  return Object.entries(object).some(([name, value]) => members[name]?.tells.some((telling) => telling === value) === true)
}
