// Every line type of Claude Code that we know by name. What is not listed is counted as unknown, never an error: the set is open.

/** Types that carry facts; such a line is parsed. */
export const TELLING_TYPES: ReadonlySet<string> = new Set(["user", "assistant", "system", "custom-title", "ai-title", "cost-state"])

/** Types that tell at most that the agent is alive, at the time among their first members. */
export const ALIVE_TYPES: ReadonlySet<string> = new Set(["api-request", "progress", "queue-operation"])

/** Types that may tell of a failed hook, and the member that does. */
export const HOOK_MEMBERS: ReadonlyMap<string, string> = new Map([
  ["attachment", "attachment"],
  ["progress", "data"],
])

/** Types that tell nothing that is published. */
export const SILENT_TYPES: ReadonlySet<string> = new Set([
  "agent-color",
  "agent-name",
  "agent-setting",
  "api-request-blob",
  "api-request-resumed",
  "api-request-shape",
  "artifact-snapshot",
  "atis-latch",
  "attribution-snapshot",
  "bridge-session",
  "content-replacement",
  "continued-in",
  "derived-from",
  "dev-mods",
  "ended-by-model",
  "file-history-delta",
  "file-history-snapshot",
  "fork-context-ref",
  "frame-link",
  "history-suppression",
  "host-row",
  "hybrid-organization",
  "isolation-latch",
  "last-prompt",
  "memory-mode",
  "mode",
  "observer-ref",
  "permission-mode",
  "pr-link",
  "relocated",
  "repl-mode",
  "resume-head-vouch",
  "session-owner",
  "summary",
  "tag",
  "tools-used",
  "worktree-state",
])
