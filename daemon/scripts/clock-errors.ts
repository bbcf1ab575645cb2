// How far off the clocks are that are estimated or taken from the times of lines: reads recorded transcripts and holds each such figure against
// the one that the client logged. `node daemon/scripts/clock-errors.ts` prints the table in docs/metrics.md.

import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { AgentKind } from "../src/domain/agent.ts"
import type { TranscriptFact } from "../src/domain/facts.ts"
import { asObject, type JsonObject } from "../src/observe/transcripts/json-fields.ts"
import { normaliserOf } from "../src/observe/transcripts/registry.ts"

const DATA = join(import.meta.dirname, "../../../shared/data")
const HOMES: readonly (readonly [AgentKind, string])[] = [
  ["claude", "claude"],
  ["claude", "claude-public"],
  ["codex", "codex"],
  ["codex", "codex-public"],
]

/** What a figure is off by: ours less the client's, in milliseconds, beside the client's. */
interface Difference {
  readonly off: number
  readonly logged: number
}

const differences = new Map<string, Difference[]>()

for (const [agent, folder] of HOMES) {
  for (const path of transcripts(agent, folder)) {
    const lines = readFileSync(path.file, "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as JsonObject)
    const facts = read(agent, path.relativePath, lines)
    if (agent === "claude")
      answers(
        facts,
        read(
          agent,
          path.relativePath,
          lines.filter(({ type }) => type !== "api-request"),
        ),
      )
    calls(agent, facts)
    turns(agent, facts, lines)
  }
}

console.log("| what | held against | n | p5 | p50 | p95 | largest | n over 100 ms |\n|---|---|---|---|---|---|---|---|")
for (const [name, list] of differences) console.log(`| ${name} | ${distribution(list)} |`)

function transcripts(agent: AgentKind, folder: string): { readonly file: string; readonly relativePath: string }[] {
  const home = join(DATA, folder)
  if (!existsSync(home)) throw new Error(`no recorded transcripts at ${home}`)
  return readdirSync(home, { recursive: true, encoding: "utf8" })
    .filter((path) => normaliserOf(agent).roleOf(path) === "transcript")
    .toSorted()
    .map((relativePath) => ({ file: join(home, relativePath), relativePath }))
}

function read(agent: AgentKind, relativePath: string, lines: readonly JsonObject[]): readonly TranscriptFact[] {
  const normaliser = normaliserOf(agent)
  const file = { path: `/${relativePath}`, relativePath, birthMs: 0 }
  const state = normaliser.start(file)
  const facts: TranscriptFact[] = []
  for (const line of lines) normaliser.line(state, file, line, (fact) => facts.push(fact))
  normaliser.atEnd(state, (fact) => facts.push(fact))
  return facts
}

function note(name: string, ours: number, logged: number): void {
  const list = differences.get(name) ?? []
  differences.set(name, list)
  list.push({ off: ours - logged, logged })
}

/** Answers as they would be told without the lines that log their requests. */
function answers(measured: readonly TranscriptFact[], estimated: readonly TranscriptFact[]): void {
  const last = (facts: readonly TranscriptFact[]) =>
    new Map(facts.flatMap((fact) => (fact.kind === "model-call-seen" ? [[fact.key, fact] as const] : [])))
  const guesses = last(estimated)
  for (const [key, { basis, timeMs, startedMs }] of last(measured)) {
    const guess = guesses.get(key)
    if (basis === "measured" && guess !== undefined) {
      note("Claude Code: answer, from the line before \\| `api-request` to last line", guess.timeMs - guess.startedMs, timeMs - startedMs)
    }
  }
}

/** Calls whose duration is logged, timed by their lines alone. */
function calls(agent: AgentKind, facts: readonly TranscriptFact[]): void {
  const starts = new Map(facts.flatMap((fact) => (fact.kind === "tool-started" ? [[fact.callId, fact] as const] : [])))
  for (const fact of facts) {
    if (fact.kind !== "tool-ended" || fact.durationMs === undefined) continue
    const start = starts.get(fact.callId)
    if (start === undefined) continue
    const logged = agent === "claude" ? "`durationMs`, `totalDurationMs`" : "`duration`"
    const who = agent === "claude" ? "Claude Code" : "Codex"
    note(`${who}: call, from its line to its result's \\| ${logged}`, fact.timeMs - start.timeMs, fact.durationMs)
  }
}

function turns(agent: AgentKind, facts: readonly TranscriptFact[], lines: readonly JsonObject[]): void {
  if (agent === "claude") {
    for (const fact of facts) {
      if (fact.kind !== "turn-ended" || fact.durationMs === undefined || fact.startedMs === undefined) continue
      note("Claude Code: turn, wall \\| `turn_duration`, its active part", fact.timeMs - fact.startedMs, fact.durationMs)
    }
    return
  }
  let startedMs: number | undefined
  for (const line of lines) {
    const { type, duration_ms: durationMs } = asObject(line["payload"]) ?? {}
    const timeMs = Date.parse(String(line["timestamp"]))
    if (type === "task_started") startedMs = timeMs
    if (type !== "task_complete" || startedMs === undefined || typeof durationMs !== "number") continue
    note("Codex: turn, from task_started to task_complete \\| `duration_ms`", timeMs - startedMs, durationMs)
    startedMs = undefined
  }
}

function distribution(list: readonly Difference[]): string {
  const offs = list.map(({ off }) => off).toSorted((a, b) => a - b)
  const at = (percent: number): string => `${signed(offs[Math.max(0, Math.ceil((percent * offs.length) / 100) - 1)] ?? 0)} ms`
  const largest = offs.reduce((most, off) => (Math.abs(off) > Math.abs(most) ? off : most), 0)
  const over = offs.filter((off) => Math.abs(off) > 100).length
  return [offs.length, at(5), at(50), at(95), `${signed(largest)} ms`, over].join(" | ")
}

function signed(ms: number): string {
  return ms > 0 ? `+${ms}` : `${ms}`
}
