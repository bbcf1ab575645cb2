// `vibecraft usage`: tokens and cost by day, model, project and so on.

import { create } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import { formatFirstRead } from "@vibecraft/shared/format-first-read"
import { Agent, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { type ListUsageResponse, ListUsageResponseSchema, MetricsService } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { type TimeZone, timeZone, UnknownTimeZoneError } from "@vibecraft/shared/time-zone"
import { resolve } from "node:path"
import type { CommandContext, CommonOptions } from "../command-context.ts"
import { UsageError } from "../command-error.ts"
import type { DaemonConnection } from "../connect-daemon.ts"
import { findSession } from "../find-session.ts"
import { jsonText } from "../json-output.ts"
import { listSessions } from "../list-sessions.ts"
import { pages } from "../pages.ts"
import { parseWhen } from "../parse-when.ts"
import { usageCsv } from "../usage-csv.ts"
import { parseGroups } from "../usage-groups.ts"
import { renderUsage } from "../usage-table.ts"

export interface UsageOptions extends CommonOptions {
  readonly by?: string
  readonly since?: string
  readonly until?: string
  readonly zone?: string
  readonly agent?: string
  readonly project?: string
  readonly session?: string
  readonly csv?: boolean
}

const AGENTS = new Map<string, Agent>([
  ["claude", Agent.CLAUDE],
  ["codex", Agent.CODEX],
])

export async function usage({ daemon, terminal }: CommandContext, options: UsageOptions): Promise<void> {
  if (options.json === true && options.csv === true) throw new UsageError("--json and --csv are two forms of one answer; use one of them")
  const zone = zoneOf(options.zone)
  const groups = parseGroups(options.by ?? "day")
  const nowMs = terminal.now()
  const { since, until } = options
  const request = {
    groupBy: [...groups],
    timeZone: zone.name,
    agent: agentOf(options.agent),
    project: options.project === undefined ? "" : resolve(options.project),
    id: options.session === undefined ? "" : findSession((await listSessions(daemon, Scope.ALL)).sessions, options.session).id,
    ...(since === undefined ? {} : { sinceTime: timestampFromMs(parseWhen("--since", since, "start", zone, nowMs)) }),
    ...(until === undefined ? {} : { untilTime: timestampFromMs(parseWhen("--until", until, "end", zone, nowMs)) }),
  }
  const answer = await allUsage(daemon, request)
  if (options.json === true) return terminal.print([jsonText(ListUsageResponseSchema, answer)])
  if (options.csv === true) return terminal.print(usageCsv(answer.rows, groups))
  const { paint } = terminal
  const progress = formatFirstRead(answer.firstRead)
  const view = { groups, zone: zone.name, home: terminal.program.env["HOME"] ?? "", nowMs }
  const lines = renderUsage(answer, view, { width: terminal.width(), paint })
  return terminal.print([...lines, ...(progress === undefined ? [] : ["", paint("attention", progress)])])
}

async function allUsage(daemon: DaemonConnection, request: object): Promise<ListUsageResponse> {
  const all = create(ListUsageResponseSchema)
  for await (const page of pages((pageToken) => daemon.call(MetricsService.method.listUsage, { ...request, pageToken }))) {
    const rows = [...all.rows, ...page.rows]
    Object.assign(all, page, { rows, nextPageToken: "" })
  }
  return all
}

function zoneOf(name: string | undefined): TimeZone {
  try {
    return timeZone(name ?? Intl.DateTimeFormat().resolvedOptions().timeZone)
  } catch (cause) {
    if (!(cause instanceof UnknownTimeZoneError)) throw cause
    throw new UsageError(`--zone ${JSON.stringify(name)}: give a name like Europe/Berlin`, { cause })
  }
}

function agentOf(name: string | undefined): Agent {
  const agent = name === undefined ? Agent.UNSPECIFIED : AGENTS.get(name)
  if (agent === undefined) throw new UsageError(`--agent ${JSON.stringify(name)}: choose from ${[...AGENTS.keys()].join(", ")}`)
  return agent
}
