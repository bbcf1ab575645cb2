// Kinds of activities as people type them.

import { ActivityKind } from "@vibecraft/shared/gen/vibecraft/v1/activity_pb"
import { ACTIVITY_KIND_WORDS } from "./activity-kind-words.ts"
import { UsageError } from "./command-error.ts"

const KINDS: Readonly<Record<(typeof ACTIVITY_KIND_WORDS)[number], ActivityKind>> = {
  prompt: ActivityKind.PROMPT,
  "tool-start": ActivityKind.TOOL_START,
  "tool-end": ActivityKind.TOOL_END,
  wait: ActivityKind.WAIT,
  answer: ActivityKind.ANSWER,
  stop: ActivityKind.STOP,
  "api-error": ActivityKind.API_ERROR,
  "hook-failure": ActivityKind.HOOK_FAILURE,
  discovered: ActivityKind.DISCOVERED,
  gone: ActivityKind.GONE,
  "subagent-start": ActivityKind.SUBAGENT_START,
  "subagent-end": ActivityKind.SUBAGENT_END,
  compaction: ActivityKind.COMPACTION,
  "model-switch": ActivityKind.MODEL_SWITCH,
}

/** Kinds of words, several of which may stand in one text with commas between. Throws UsageError for an unknown one. */
export function parseActivityKinds(texts: readonly string[]): ActivityKind[] {
  return texts
    .flatMap((text) => text.split(","))
    .map((text) => {
      const word = ACTIVITY_KIND_WORDS.find((known) => known === text.trim())
      if (word === undefined) throw new UsageError(`--kind ${JSON.stringify(text)}: give one of ${ACTIVITY_KIND_WORDS.join(", ")}`)
      return KINDS[word]
    })
}
