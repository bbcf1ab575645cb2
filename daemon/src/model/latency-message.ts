// Latencies as the contract writes them.

import { create } from "@bufbuild/protobuf"
import {
  Baseline,
  Clock,
  type Latency,
  type OpenInterval as OpenIntervalMessage,
  type Slowness as SlownessMessage,
  SlownessSchema,
  type Window,
} from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { ClockWord } from "./clock-samples.ts"
import type { Percentiles } from "./latency.ts"
import type { OpenInterval } from "./live-intervals.ts"
import type { Slowness } from "./slow-judge.ts"
import { timestampMessage } from "./timestamp-message.ts"

export const CLOCK_CODE: Record<ClockWord, Clock> = {
  tool: Clock.TOOL,
  model: Clock.MODEL,
  permission: Clock.PERMISSION,
  turn: Clock.TURN,
  idle: Clock.IDLE,
}

export function latencyMessage(clock: ClockWord, figures: Percentiles, window: Window): Latency {
  return {
    $typeName: "vibecraft.v1.Latency",
    clock: CLOCK_CODE[clock],
    window,
    count: BigInt(figures.count),
    meanMs: figures.meanMs,
    p50Ms: BigInt(figures.p50Ms),
    p90Ms: BigInt(figures.p90Ms),
    p95Ms: BigInt(figures.p95Ms),
    p99Ms: BigInt(figures.p99Ms),
    maxMs: BigInt(figures.maxMs),
    estimatedCount: BigInt(figures.estimatedCount),
  }
}

export function slownessMessage({ clock, tool, baseline, p95Ms, count, baselineP95Ms, baselineCount }: Slowness): SlownessMessage {
  return create(SlownessSchema, {
    clock: CLOCK_CODE[clock],
    p95Ms: BigInt(p95Ms),
    count: BigInt(count),
    baseline: baseline === "peers" ? Baseline.PEERS : Baseline.OWN_HOUR,
    baselineP95Ms: BigInt(baselineP95Ms),
    baselineCount: BigInt(baselineCount),
    ...(tool === undefined ? {} : { tool }),
  })
}

export function openIntervalMessage({ clock, startMs, tool, subagentId }: OpenInterval): OpenIntervalMessage {
  const message: OpenIntervalMessage = {
    $typeName: "vibecraft.v1.OpenInterval",
    clock: CLOCK_CODE[clock],
    startedTime: timestampMessage(startMs),
  }
  if (tool !== undefined) message.tool = tool
  if (subagentId !== undefined) message.subagentId = subagentId
  return message
}
