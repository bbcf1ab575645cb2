// The samples of any conversation, in memory or on disk, for reports that look at many of them. Those on disk are read one after the other, and
// others get their turn in between: a history takes longer to read than anybody may be kept waiting.

import { setImmediate as othersFirst } from "node:timers/promises"
import type { ClockSamples } from "./clock-samples.ts"
import { Clocks } from "./clocks.ts"
import type { StoredEntry } from "./stored-entry.ts"
import { type ToolCall, ToolCalls } from "./tool-calls.ts"
import type { WorldHistory } from "./world-history.ts"

/** What a report reads of a conversation. */
export interface Sampled {
  readonly conversationId: string
  readonly samples: ClockSamples | undefined
  readonly calls: Iterable<ToolCall>
}

export interface LatencySourceOptions {
  readonly clocks: Clocks
  readonly tools: ToolCalls
  readonly history: Pick<WorldHistory, "entriesOnDisk">
}

/** Longest time that others wait. */
const SLICE_MS = 8

/** Each of these conversations, in this order. */
export async function* readSamples(options: LatencySourceOptions, conversationIds: Iterable<string>): AsyncGenerator<Sampled> {
  const { clocks, tools, history } = options
  let untilMs = performance.now() + SLICE_MS
  for (const conversationId of conversationIds) {
    const entries = history.entriesOnDisk(conversationId)
    yield entries === undefined
      ? { conversationId, samples: clocks.samples.get(conversationId), calls: tools.of(conversationId) }
      : fromDisk(conversationId, entries)
    if (performance.now() < untilMs) continue
    await othersFirst()
    untilMs = performance.now() + SLICE_MS
  }
}

function fromDisk(conversationId: string, entries: readonly StoredEntry[]): Sampled {
  const clocks: Clocks = new Clocks((id) => tools.of(id))
  const tools: ToolCalls = new ToolCalls(clocks)
  tools.restore(
    conversationId,
    entries.filter((entry) => entry.kind === "call"),
  )
  clocks.spans.restore(entries.filter((entry) => entry.kind === "span"))
  return { conversationId, samples: clocks.samples.get(conversationId), calls: tools.of(conversationId) }
}
