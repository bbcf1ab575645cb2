// `vibecraft metrics --by GROUP`: how long things took, by tool, model, project and so on, over windows.

import { create } from "@bufbuild/protobuf"
import { CLOCK_WORDS, WINDOW_WORDS, windowWord } from "@vibecraft/shared/clock-words"
import { formatFirstRead } from "@vibecraft/shared/format-first-read"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { Latency } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import {
  LatencyGroup,
  type LatencyRow,
  type ListLatencyResponse,
  ListLatencyResponseSchema,
  MetricsService,
} from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import type { Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { safeText } from "@vibecraft/shared/safe-text"
import { sessionLabel } from "@vibecraft/shared/session-label"
import type { CommandContext, CommonOptions } from "../command-context.ts"
import { UsageError } from "../command-error.ts"
import type { DaemonConnection } from "../connect-daemon.ts"
import { findSession } from "../find-session.ts"
import { jsonText } from "../json-output.ts"
import { FEW_SAMPLES, hasFewSamples, latencyColumnsOf } from "../latency-columns.ts"
import { listSessions } from "../list-sessions.ts"
import { pages } from "../pages.ts"
import { type Column, renderTable } from "../table.ts"

export interface LatencyOptions extends CommonOptions {
  readonly all?: boolean
  readonly by: string
  readonly window?: string
  readonly clock?: string
}

const GROUPS: ReadonlyMap<string, LatencyGroup> = new Map([
  ["session", LatencyGroup.SESSION],
  ["subagent", LatencyGroup.SUBAGENT],
  ["tool", LatencyGroup.TOOL],
  ["model", LatencyGroup.MODEL],
  ["project", LatencyGroup.PROJECT],
  ["host", LatencyGroup.HOST],
])

interface Line {
  readonly row: LatencyRow
  readonly latency: Latency
}

export async function latency({ daemon, terminal }: CommandContext, options: LatencyOptions, wanted: string | undefined): Promise<void> {
  const groupBy = chosen("--by", options.by, GROUPS)
  const sessions = (await listSessions(daemon, Scope.ALL)).sessions
  const request = {
    groupBy,
    clocks: chosenOf("--clock", options.clock, CLOCK_WORDS),
    windows: chosenOf("--window", options.window ?? "session", WINDOW_WORDS),
    id: wanted === undefined ? "" : findSession(sessions, wanted).id,
    scope: options.all === true ? Scope.ALL : Scope.RECENT,
  }
  const answer = await allLatency(daemon, request)
  if (options.json === true) return terminal.print([jsonText(ListLatencyResponseSchema, answer)])
  const { paint } = terminal
  const lines = answer.rows.flatMap((row) => row.latency.map((each): Line => ({ row, latency: each })))
  const progress = formatFirstRead(answer.firstRead)
  const tail = progress === undefined ? [] : ["", paint("attention", progress)]
  if (lines.length === 0) return terminal.print(["Nothing was measured there.", ...tail])
  const table = renderTable(columns(options.by, sessions, request.windows.length > 1), lines, { width: terminal.width(), paint })
  const few = hasFewSamples(lines.map((line) => line.latency)) ? ["", paint("dim", FEW_SAMPLES)] : []
  return terminal.print([...table, ...few, ...tail])
}

async function allLatency(daemon: DaemonConnection, request: object): Promise<ListLatencyResponse> {
  const all = create(ListLatencyResponseSchema)
  for await (const page of pages((pageToken) => daemon.call(MetricsService.method.listLatency, { ...request, pageToken }))) {
    all.rows.push(...page.rows)
    if (page.firstRead !== undefined) all.firstRead = page.firstRead
  }
  return all
}

function columns(group: string, sessions: readonly Session[], hasWindows: boolean): readonly Column<Line>[] {
  const names = new Map(sessions.map((session) => [session.id, sessionLabel(session)]))
  const isSession = group === "session" || group === "subagent"
  const name = ({ row: { key, subagentId } }: Line): string => {
    if (!isSession) return key === "" ? "unknown" : safeText(key)
    return `${names.get(key) ?? safeText(key)}${group === "subagent" ? ` / ${safeText(subagentId ?? "main")}` : ""}`
  }
  const window: Column<Line> = { header: "WINDOW", text: (line) => windowWord(line.latency.window), importance: 9 }
  return [
    {
      header: group.toUpperCase(),
      text: name,
      style: () => "bold",
      min: 12,
      enough: 40,
      importance: 10,
      ...(group === "project" ? { keep: "end" } : {}),
    },
    ...(hasWindows ? [window] : []),
    ...latencyColumnsOf<Line>((line) => line.latency),
  ]
}

function chosenOf<T>(option: string, text: string | undefined, choices: ReadonlyMap<string, T>): T[] {
  return text === undefined ? [] : text.split(",").map((word) => chosen(option, word.trim(), choices))
}

function chosen<T>(option: string, word: string, choices: ReadonlyMap<string, T>): T {
  const found = choices.get(word)
  if (found === undefined) throw new UsageError(`${option} ${JSON.stringify(word)}: choose from ${[...choices.keys()].join(", ")}`)
  return found
}
