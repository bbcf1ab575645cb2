// The programs that Vibecraft watches, and how they are run.

/** A program that codes. A third one is a new member here, a folder under observe/transcripts and a rule in work/scan. */
export type AgentKind = "claude" | "codex"

/** How an agent process is run. Helpers that serve an agent are not sessions: they have the role `infra` and are never published. */
export type AgentRole = "interactive" | "headless" | "teammate" | "background" | "attach-view"

/** How sure a fact is: the agent or the kernel says so; one reading fits and no other; worth a look, nothing more. */
export type Confidence = "confirmed" | "likely" | "guess"

/** One reason for a published fact. `detail` is untrusted text. */
export interface Evidence {
  readonly field: string
  readonly source: EvidenceSource
  readonly detail: string
  readonly confidence: Confidence
  readonly timeMs: number
}

export type EvidenceSource = "process" | "tmux" | "registry" | "title" | "transcript" | "environment" | "clock"
