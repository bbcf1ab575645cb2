// The samples of any conversation, in memory or on disk, for reports that look at many of them. Those on disk are read one after the other, and
// others get their turn in between: a history takes longer to read than anybody may be kept waiting.

import { setImmediate as othersFirst } from "node:timers/promises"
import type { ClockSamples } from "./clock-samples.ts"
import { type Clocks, sampled } from "./clocks.ts"
import type { StoredEntry } from "./stored-entry.ts"
import type { ToolCall } from "./tool-call.ts"
import type { ToolCalls } from "./tool-calls.ts"
import type { WorldHistory } from "./world-history.ts"

/** What a report reads of a conversation. */
export interface Sampled {
  readonly conversationId: string
  readonly samples: ClockSamples | undefined
  /** In memory, or read for this. */
  readonly calls: () => Iterable<ToolCall>
}

export interface LatencySourceOptions {
  readonly clocks: Clocks
  readonly tools: ToolCalls
  readonly history: Pick<WorldHistory, "entriesOnDisk" | "samplesOnDisk">
}

/** Longest time that others wait. */
const SLICE_MS = 8

/** Each of these conversations, in this order. */
export async function* readSamples(options: LatencySourceOptions, conversationIds: Iterable<string>): AsyncGenerator<Sampled> {
  const { clocks, tools, history } = options
  let untilMs = performance.now() + SLICE_MS
  for (const conversationId of conversationIds) {
    const kept = history.samplesOnDisk(conversationId)
    const entries = (): readonly StoredEntry[] | undefined => history.entriesOnDisk(conversationId)
    const read = kept === undefined ? entries() : undefined
    yield {
      conversationId,
      samples: kept ?? (read === undefined ? clocks.samples.get(conversationId) : sampled(conversationId, read).samples),
      calls() {
        const onDisk = read ?? entries()
        return onDisk === undefined ? tools.of(conversationId) : sampled(conversationId, onDisk).calls
      },
    }
    if (performance.now() < untilMs) continue
    await othersFirst()
    untilMs = performance.now() + SLICE_MS
  }
}
