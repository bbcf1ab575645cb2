// Where ccusage 20.0.24 and Vibecraft count recorded transcripts differently, and why. The golden test holds both to these figures.

import type { Tokens } from "./ccusage.ts"

export interface ExplainedDifference {
  readonly reason: string
  readonly ours: Tokens
  readonly theirs: Tokens
}

/** By conversation. */
export const EXPLAINED_DIFFERENCES: Readonly<Record<string, ExplainedDifference>> = {
  "01a20681-ca8e-79d0-8ae1-25cebe21eb04": {
    reason:
      "A forked Codex subagent whose first two token counts fall in one second: ccusage takes them for copied history. Codex's own total is 21,000.",
    ours: { input: 1000, output: 1000, cacheRead: 16_000, cacheWrite: 3000 },
    theirs: { input: 500, output: 500, cacheRead: 8000, cacheWrite: 1500 },
  },
}
