// The words for kinds of activities, apart from the kinds: help names them, and is not to load the contract for that.

/** As people type them and help lists them. */
export const ACTIVITY_KIND_WORDS = [
  "prompt",
  "tool-start",
  "tool-end",
  "wait",
  "answer",
  "stop",
  "api-error",
  "hook-failure",
  "discovered",
  "gone",
  "subagent-start",
  "subagent-end",
  "compaction",
  "model-switch",
] as const
