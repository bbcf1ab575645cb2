// The classifier held to labelled calls: every call of the recorded transcripts, told by people from its lines, and every outcome that a
// simulated agent writes.

import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { callLine, endLines } from "../simulator/agent/codex/items.ts"
import type { OpenCall, Thread } from "../simulator/agent/codex/rollout.ts"
import { toolResult } from "../simulator/agent/claude/tool-result.ts"
import type { AgentKind } from "../src/domain/agent.ts"
import type { ToolEnded, ToolOutcome } from "../src/domain/facts.ts"
import type { StoredEntry } from "../src/model/stored-entry.ts"
import { keyHash } from "../src/model/key-hash.ts"
import { ToolCalls } from "../src/model/tool-calls.ts"
import { normaliserOf } from "../src/observe/transcripts/registry.ts"
import { startCursor } from "../src/work/cursor.ts"
import { readFrom } from "../src/work/read.ts"

const DATA = join(import.meta.dirname, "../../../shared/data")

/** Calls that did not plainly end well. All others of a folder are "ok". Ids of Codex calls have their thread's before them. */
const LABELS: Readonly<Record<string, Readonly<Partial<Record<ToolOutcome, readonly string[]>>>>> = {
  claude: {
    // Denied by the policy in the user's name: nobody sat at the keyboard.
    denied: ["toolu_pkap0g64u3", "toolu_k43r8i8k17", "toolu_4gjmpaxxv0v", "toolu_ttcbytvoxf8"],
    "model-error": ["toolu_ou2r4e8lpr", "toolu_0plfy31ke0lo", "toolu_ktj3f0dcyls", "toolu_nctapabirv"],
    // Esc while `sleep 20` ran: the same marker as a rejection, but for when.
    interrupted: ["toolu_3kmqndq4leq"],
    rejected: ["toolu_yll48344ou", "toolu_cp45erm2e9p", "toolu_i30ggurs1fe"],
    "command-failed": ["toolu_waqzfdhypga"],
    // The tool itself refused a bare sleep.
    failed: ["toolu_pep0ebmbjpq"],
    background: ["toolu_r9bo7de32k", "toolu_6zxt5qjmdqg", "toolu_rbn0u1712dn"],
  },
  "claude-public": {
    // A client without markers: refused in words, and the line behind it says that it was an interruption.
    interrupted: ["toolu_011NXYeWWxrZPLNNT8pFAZPi"],
    "command-failed": [
      "toolu_01CLY7LZY81zMjsfM27ZmeTa",
      "toolu_01X4qLEACFdcwn6pUeG4VbFF",
      "toolu_01PLQ59nPMTjqx8bjStFVShk",
      "toolu_013BAZF5AXKjsFLcp6VmcC1x",
      "toolu_01FxBWvoB4hrUGz5TBTRyr9f",
      "toolu_01Uxds48rLmddUyyYGidT1Ey",
      "toolu_011PBtiDwwmP44wZUbt17q6v",
    ],
    failed: [
      "toolu_011v4f3amdxz8wWL4951uemP",
      "toolu_01TfDS8UjxxjY4dzV8esUMzm",
      // Errors whose words are redacted: no more can be told of them.
      "toolu_01QC8siDGwEkXHfhKDNRgfTQ",
      "toolu_01XUoQX8HzyR7rVLz9xV72x3",
      "toolu_01KbgrdnUiMNuZyMzwDCjPxk",
    ],
    cancelled: [
      "toolu_018EJoAYKKdwh5ugHJbSTtUE",
      "toolu_01QfT9n9mWsbZfxezfuihf8y",
      "toolu_01AehT17H7eZVJNV8x558Eus",
      "toolu_011uUgek5FQ5N3H2aGt7mzaY",
      "toolu_016fUqgYTjc746GdniSg7vvw",
      "toolu_01C3vJbyt2od5UUKdxuotC3Q",
      "toolu_011G7SA8UzYuE2HbGLL4y9q6",
    ],
    background: [
      "toolu_01NJnxGx5djuhZxzyADD3hKf",
      "toolu_015vWPk1LbLJMS7eW65VHeY3",
      "toolu_01RWqtJ4Z3D4BpJnag9W86Ky",
      "toolu_0114WLSdx4hpmmVrtqHSbKnv",
    ],
  },
  codex: {
    "command-failed": ["01a20680-c4fd-73d0-9150-63551376d4d5/call_1_2"],
    "model-error": ["01a20681-72e1-72f0-9dca-dbbce6277086/call_4_1"],
    interrupted: ["01a20681-731b-7b01-9971-c2da3ca82a7c/call_5_1"],
  },
  "codex-public": {
    "command-failed": [
      "019dda14-1af7-75f2-afc4-91fa82ac2c27/call_NbZBB2SHFqSgfH7wGSu5fKCi",
      "019dda14-1af7-75f2-afc4-91fa82ac2c27/call_4JaKBdWaWiMSvPdwHshoGLi0",
      // Went on after its first output; the event of its end says that it failed.
      "019dda14-1af7-75f2-afc4-91fa82ac2c27/call_qqHKtocrvimZWTIGpBm9QGyX",
      "019dda14-1af7-75f2-afc4-91fa82ac2c27/call_cbzoE0HLZucw0hcGYxbmnA0b",
      "019dfead-9906-7420-96ec-f04e451e3a4e/call_MkgstK43KbdluIXCHT0APdBr",
      "019edb4d-2590-7201-b2d8-cabffc75ea4f/call_KZYXl1D9RySZkucDSMoF6rXU",
      "019edb4d-2590-7201-b2d8-cabffc75ea4f/call_nYRHqimE0DB709rn3sXaA5xk",
    ],
  },
}

const OUTCOMES: readonly ToolOutcome[] = [
  "ok",
  "failed",
  "command-failed",
  "model-error",
  "timeout",
  "denied",
  "rejected",
  "interrupted",
  "cancelled",
  "background",
]

interface Judged {
  readonly label: ToolOutcome
  readonly read: ToolOutcome | undefined
}

describe("recorded calls", () => {
  const recorded = Object.entries(LABELS).map(([folder, labels]) => ({ folder, labels, root: join(DATA, folder) }))
  const isMissing = recorded.some(({ root }) => !existsSync(root))
  test.skipIf(isMissing).each(recorded)("of $folder are classed as labelled", ({ folder, labels, root }) => {
    const labelOf = new Map(Object.entries(labels).flatMap(([outcome, ids]) => ids.map((id) => [id, outcome as ToolOutcome])))
    const read = outcomesIn(root, folder.startsWith("codex") ? "codex" : "claude")
    for (const id of labelOf.keys()) expect(read.has(id), `${id} is in the recording`).toBe(true)
    report(
      folder,
      [...read].map(([id, outcome]) => ({ label: labelOf.get(id) ?? "ok", read: outcome })),
    )
    const wrong = [...read].filter(([id, outcome]) => outcome !== (labelOf.get(id) ?? "ok"))
    expect(wrong).toEqual([])
  })
})

describe("simulated calls", () => {
  test("of Claude Code are classed as they were meant", () => {
    const all = OUTCOMES.map((label) => ({ label, read: readClaude(label) }))
    report("simulated Claude Code", all)
    expect(all.filter(({ label, read }) => label !== read)).toEqual([])
  })

  // A rollout does not tell who refused a call, nor which of several calls was interrupted first, nor a tool's failure from a command's.
  const toldByCodex: readonly ToolOutcome[] = ["ok", "command-failed", "model-error", "timeout", "rejected", "interrupted"]
  test.each([true, false])("of Codex are classed as they were meant, items written: %s", (withItems) => {
    const all = toldByCodex.map((label) => ({ label, read: readCodex("exec_command", label, withItems) }))
    report(`simulated Codex, ${withItems ? "with items" : "without items"}`, all)
    expect(all.filter(({ label, read }) => label !== read)).toEqual([])
  })

  test("of a Codex patch that fails is a tool's failure", () => {
    expect(readCodex("apply_patch", "failed", true)).toBe("failed")
  })
})

/** What the fold makes of each call of all transcripts below a home, by the call's id. */
function outcomesIn(root: string, agent: AgentKind): Map<string, ToolOutcome | undefined> {
  const calls = new ToolCalls()
  calls.unsaved.begin()
  const ids = new Map<number, string>()
  for (const relativePath of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    if (!relativePath.endsWith(".jsonl")) continue
    let cursor = startCursor({ path: join(root, relativePath), relativePath, birthMs: 0, agent, role: "transcript" })
    for (let isDone = false; !isDone;) {
      const result = readFrom(cursor, { budgetBytes: 1 << 24, isQuiet: true })
      cursor = result.cursor
      isDone = result.status !== "more"
      for (const fact of result.facts) {
        if (fact.kind === "tool-started") calls.started(fact)
        if (fact.kind !== "tool-ended") continue
        calls.ended(fact)
        ids.set(keyHash(fact.callId), fact.callId)
      }
    }
  }
  const entries = new Map<string, StoredEntry[]>()
  calls.takeUnsaved(entries)
  return new Map(
    [...entries.values()].flat().flatMap((entry) => {
      const id = entry.kind === "call" ? ids.get(entry.key) : undefined
      return entry.kind === "call" && id !== undefined ? [[id, entry.outcome] as const] : []
    }),
  )
}

function readClaude(label: ToolOutcome): ToolOutcome | undefined {
  const call = { callId: "t", name: "Bash", input: { command: "x" }, lineUuid: "l", startedMs: 1_000 }
  const result = toolResult(call, label, "some output", 2_000)
  const block = { type: "tool_result", tool_use_id: "t", content: result.content, is_error: result.isError }
  const envelope = { timestamp: "2026-11-01T10:00:00.000Z", sessionId: "s", uuid: "u" }
  return lastEnd("claude", "projects/p/s.jsonl", [
    { ...envelope, type: "user", message: { role: "user", content: [block] }, toolUseResult: result.toolUseResult, ...result.extra },
  ])
}

function readCodex(name: string, outcome: ToolOutcome, withItems: boolean): ToolOutcome | undefined {
  const thread = { id: "01a20680-c4fd-73d0-9150-63551376d4d5", turnId: "t" } as Thread
  const input = name === "apply_patch" ? { patch: "x" } : { cmd: "x" }
  const call = { callId: "c", name, input, startedMs: 1_000, waitedMs: 0 } as OpenCall
  const ends = endLines({ thread, call, outcome, output: "some output", endedMs: 2_000, cwd: "/p", withItems })
  const lines = [callLine("c", name, input), ...ends].map((line) => ({ timestamp: "2026-11-01T10:00:00.000Z", ...line }))
  return lastEnd("codex", `sessions/2026/11/01/rollout-2026-11-01T10-00-00-${thread.id}.jsonl`, lines)
}

function lastEnd(agent: AgentKind, relativePath: string, lines: readonly Record<string, unknown>[]): ToolOutcome | undefined {
  const normaliser = normaliserOf(agent)
  const file = { path: `/${relativePath}`, relativePath, birthMs: 0 }
  const state = normaliser.start(file)
  const ends: ToolEnded[] = []
  for (const line of lines) normaliser.line(state, file, line, (fact) => fact.kind === "tool-ended" && ends.push(fact))
  normaliser.atEnd(state, (fact) => fact.kind === "tool-ended" && ends.push(fact))
  return ends.at(-1)?.outcome
}

/** Prints how often each label was read as what. */
function report(of: string, all: readonly Judged[]): void {
  const counts = new Map<string, number>()
  for (const { label, read } of all) {
    const pair = `${label} -> ${read ?? "none"}`
    counts.set(pair, (counts.get(pair) ?? 0) + 1)
  }
  const wrong = all.filter(({ label, read }) => label !== read).length
  console.log(`${of}: ${all.length} calls, ${wrong} wrong; ${[...counts].map(([pair, count]) => `${pair} ${count}`).join(", ")}`)
}
