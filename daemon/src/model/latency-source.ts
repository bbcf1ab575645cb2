// The samples of any conversation, in memory or on disk, for reports that look at many of them. Those on disk are read one after the other, and
// others get their turn in between: a history takes longer to read than anybody may be kept waiting.

import { setImmediate as othersFirst } from "node:timers/promises"
import type { Samples } from "./clock-samples.ts"
import { type Clocks, sampled } from "./clocks.ts"
import type { Resting } from "./resting.ts"
import type { ToolCall } from "./tool-call.ts"
import type { ToolCalls } from "./tool-calls.ts"

export interface LatencySourceOptions {
  readonly clocks: Clocks
  readonly tools: ToolCalls
  readonly resting: Resting
}

/** Longest time that others wait. */
const SLICE_MS = 8

/** Each of these, in this order. */
export async function* inSlices<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  let untilMs = performance.now() + SLICE_MS
  for (const item of items) {
    yield item
    if (performance.now() < untilMs) continue
    await othersFirst()
    untilMs = performance.now() + SLICE_MS
  }
}

/** Undefined where there are none. */
export function samplesOf(options: LatencySourceOptions, conversationId: string): Samples | undefined {
  return options.resting.samples(conversationId) ?? callsAndSamplesOf(options, conversationId).samples
}

/** Calls are not kept apart: of a conversation on disk all that it did is read. */
export function callsAndSamplesOf(
  { clocks, tools, resting }: LatencySourceOptions,
  conversationId: string,
): { readonly samples: Samples | undefined; readonly calls: Iterable<ToolCall> } {
  const entries = resting.entries(conversationId)
  if (entries !== undefined) return sampled(conversationId, entries)
  return { samples: clocks.samples.get(conversationId), calls: tools.of(conversationId) }
}
