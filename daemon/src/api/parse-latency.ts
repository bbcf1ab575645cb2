// Requests for latencies as they come from anybody, turned into what the model works with.

import { timestampMs } from "@bufbuild/protobuf/wkt"
import { Clock, type Window } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { type GetSeriesRequest, LatencyGroup, type ListLatencyRequest } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { CLOCKS, type ClockWord } from "../model/clock-samples.ts"
import { CLOCK_CODE } from "../model/latency-message.ts"
import type { LatencyQuery, SeriesQuery } from "../model/latency-report.ts"
import { WINDOWS } from "../model/latency-windows.ts"
import { InvalidArgumentError } from "./errors.ts"
import { parseId, parseScope } from "./parse-requests.ts"

const WORDS: ReadonlyMap<Clock, ClockWord> = new Map(CLOCKS.map((clock) => [CLOCK_CODE[clock], clock]))
const GROUPS: ReadonlySet<LatencyGroup> = new Set(Object.values(LatencyGroup).filter((group) => typeof group === "number"))
const MOST_LABEL_LENGTH = 300
const DAY_MS = 24 * 3_600_000

/** Throws InvalidArgumentError for a grouping, clock, window, scope or id that cannot be meant. */
export function parseLatencyQuery(request: ListLatencyRequest): LatencyQuery {
  const { groupBy, clocks, windows, id, scope } = request
  if (!GROUPS.has(groupBy)) throw new InvalidArgumentError("group_by", groupBy, "a group like LATENCY_GROUP_TOOL")
  for (const window of windows) {
    if (!WINDOWS.includes(window)) throw new InvalidArgumentError("windows", window, "windows like WINDOW_HOUR")
  }
  return {
    group: groupBy === LatencyGroup.UNSPECIFIED ? LatencyGroup.SESSION : groupBy,
    clocks: new Set(clocks.length === 0 ? CLOCKS : clocks.map((clock) => clockWord(clock, "clocks"))),
    windows: new Set<Window>(windows.length === 0 ? WINDOWS : windows),
    id: id === "" ? undefined : parseId(id),
    scope: parseScope(scope),
  }
}

/** `nowMs` less a day is the earliest time that is asked for. Throws InvalidArgumentError for what cannot be meant. */
export function parseSeriesQuery(request: GetSeriesRequest, nowMs: number): SeriesQuery {
  const { id, tool, model, sinceTime } = request
  const clock = request.clock === Clock.UNSPECIFIED ? "tool" : clockWord(request.clock, "clock")
  if (tool !== "" && clock !== "tool") throw new InvalidArgumentError("tool", tool, "no tool, or CLOCK_TOOL")
  if (model !== "" && clock !== "model") throw new InvalidArgumentError("model", model, "no model, or CLOCK_MODEL")
  const label = tool === "" ? model : tool
  if (label.length > MOST_LABEL_LENGTH) throw new InvalidArgumentError(tool === "" ? "model" : "tool", label, "a name")
  const sinceMs = sinceTime === undefined ? 0 : timestampMs(sinceTime)
  return {
    id: id === "" ? undefined : parseId(id),
    clock,
    label: label === "" ? undefined : label,
    sinceMs: Math.max(sinceMs, nowMs - DAY_MS),
  }
}

function clockWord(clock: Clock, member: string): ClockWord {
  const word = WORDS.get(clock)
  if (word === undefined) throw new InvalidArgumentError(member, clock, "clocks like CLOCK_MODEL")
  return word
}
