// Real transcripts through the daemon's own reading and ledger, against what ccusage counts in them and against what Claude Code booked itself.
// Tokens are equal or the difference has its reason here.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import type { AgentKind } from "../src/domain/agent.ts"
import { Ledger } from "../src/model/ledger.ts"
import { createPriceBook } from "../src/model/prices/price-book.ts"
import { normaliserOf } from "../src/observe/transcripts/registry.ts"
import { startCursor } from "../src/work/cursor.ts"
import { readFrom } from "../src/work/read.ts"
import { ccusageProgram, ccusageTokens, type Tokens } from "./ccusage.ts"
import { EXPLAINED_DIFFERENCES } from "./explained-differences.ts"

const DATA = join(import.meta.dirname, "../../../shared/data")

const temp = mkdtempSync(join(tmpdir(), "vibecraft-golden-"))
afterAll(() => rmSync(temp, { recursive: true, force: true }))

const binary = ccusageProgram(temp)

describe.each(["claude", "claude-public", "codex", "codex-public"])("%s", (folder) => {
  const agent: AgentKind = folder.startsWith("claude") ? "claude" : "codex"
  const home = join(DATA, folder)
  const hasData = existsSync(home)

  test.skipIf(!hasData || binary === undefined)("counts per conversation what ccusage counts", () => {
    const ours = new Map(tokensByConversation(filesOf(home, agent)))
    const theirs = ccusageTokens(binary ?? "", home, agent)
    expect(theirs.size).toBeGreaterThan(3)
    expect([...ours.keys()].toSorted()).toEqual([...theirs.keys()].toSorted())
    for (const [id, counted] of theirs) {
      const difference = EXPLAINED_DIFFERENCES[id]
      expect({ id, ...counted }).toEqual({ id, ...(difference?.theirs ?? ours.get(id)) })
      if (difference !== undefined) expect({ id, ...ours.get(id) }).toEqual({ id, ...difference.ours })
    }
  })

  test.skipIf(!hasData)("counts the same in whatever order the files are read, and when they are read twice", () => {
    const files = filesOf(home, agent)
    const once = tokensByConversation(files)
    expect(tokensByConversation(files.toReversed())).toEqual(once)
    expect(tokensByConversation([...files, ...files])).toEqual(once)
  })

  test.skipIf(!hasData)("knows every line", () => {
    for (const path of filesOf(home, agent)) {
      const { badLines, hugeLines, unknownLines, problem, status } = read(path, home, agent)
      expect({ path, badLines, hugeLines, unknownLines, problem, status }).toEqual({
        path,
        badLines: 0,
        hugeLines: 0,
        unknownLines: 0,
        problem: undefined,
        status: "end",
      })
    }
  })
})

describe.skipIf(!existsSync(join(DATA, "claude")))("what Claude Code booked", () => {
  const home = join(DATA, "claude")
  const totals = new Map(tokensByConversation(filesOf(home, "claude")))
  const booking = readdirSync(join(home, "projects", "-home-dev-proj")).flatMap((name) => {
    if (!name.endsWith(".jsonl")) return []
    const output = bookedOutput(join(home, "projects", "-home-dev-proj", name))
    return output === undefined ? [] : [{ id: name.slice(0, -".jsonl".length), output }]
  })

  test("there is enough to compare with", () => expect(booking.length).toBeGreaterThan(10))

  test.each(booking)("is what we count, or more where it hides calls: $id", ({ id, output }) => {
    // A fork starts from what its parent had booked.
    const parent = id.endsWith("f1") ? totals.get("00000000-0000-4000-8000-000000000009") : undefined
    // The parent's own last request came after the fork.
    const counted = (totals.get(id)?.output ?? 0) + (parent === undefined ? 0 : parent.output - 250)
    if (HIDING.has(id)) expect(output).toBeGreaterThan(counted)
    else expect(output).toBe(counted)
  })
})

/** Sessions with calls that leave no line in a transcript (compaction, side questions). */
const HIDING: ReadonlySet<string> = new Set(["00000000-0000-4000-8000-0000000000d1"])

function filesOf(home: string, agent: AgentKind): string[] {
  const names = readdirSync(home, { recursive: true, encoding: "utf8" })
  return names
    .filter((name) => normaliserOf(agent).roleOf(name) === "transcript")
    .map((name) => join(home, name))
    .toSorted()
}

function read(path: string, home: string, agent: AgentKind): ReturnType<typeof readFrom> {
  const cursor = startCursor({ path, relativePath: path.slice(home.length + 1), birthMs: Date.now(), agent, role: "transcript" })
  return readFrom(cursor, { budgetBytes: Number.MAX_SAFE_INTEGER })
}

function tokensByConversation(files: readonly string[]): [string, Tokens][] {
  const ledger = new Ledger(createPriceBook())
  const ids = new Set<string>()
  for (const path of files) {
    const agent: AgentKind = path.startsWith(join(DATA, "claude")) ? "claude" : "codex"
    const home = join(DATA, path.slice(DATA.length + 1).split("/")[0] ?? "")
    for (const fact of read(path, home, agent).facts) {
      if (fact.kind !== "request-seen") continue
      ledger.see(fact)
      ids.add(fact.conversationId)
    }
  }
  const rows = [...ids].toSorted().flatMap((id): [string, Tokens][] => {
    const tokens = ledger.totals(id)?.tokens
    if (tokens === undefined) return []
    const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = tokens
    return [[id, { input, output, cacheRead, cacheWrite: cacheWrite5m + cacheWrite1h }]]
  })
  return rows
}

/** Output tokens of all models in the last cost-state line; undefined where there is none. */
function bookedOutput(path: string): number | undefined {
  const lines = readFileSync(path, "utf8").split("\n")
  const last = lines.findLast((line) => line.startsWith('{"type":"cost-state"'))
  if (last === undefined) return undefined
  const { modelUsage } = JSON.parse(last) as { modelUsage: Record<string, { outputTokens: number }> }
  return Object.values(modelUsage).reduce((total, { outputTokens }) => total + outputTokens, 0)
}
