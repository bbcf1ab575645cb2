// What the last lines of an agent's screen say of its state. Words change from version to version, so only what held over many is
// matched, and a screen that shows none of it says nothing.

import type { AgentKind } from "../../domain/agent.ts"

export type ScreenState = "working" | "permission" | "question" | "trust" | "dialog" | "idle"

interface Rule {
  readonly state: ScreenState
  readonly all: readonly RegExp[]
}

const LINES = 15

/** A choice that is neither a permission nor a question of the model: the offer of a newer model, of a key found in the environment. */
const DIALOG: Rule = { state: "dialog", all: [/^\s*[❯›] \S/m, /\benter(\/esc| to) confirm\b/i] }

const CLAUDE: readonly Rule[] = [
  { state: "trust", all: [/Yes, I trust this folder|Do you trust the files in this folder/] },
  { state: "permission", all: [/Do you want to /, /❯ \d+\. /, /Esc to cancel/] },
  { state: "question", all: [/Enter to select/] },
  DIALOG,
  { state: "working", all: [/esc to interrupt/i] },
  { state: "working", all: [/^\s*[·✢✳✶✻✽*] .*…?.* ?\(\d+[ms]/m] },
  { state: "idle", all: [/^\s*[│|]?\s*[❯>](?! \d+\. )( |\u00a0|$)/m] },
]

const CODEX: readonly Rule[] = [
  { state: "trust", all: [/Do you trust the (contents|files)/] },
  { state: "permission", all: [/Would you like to (run|make|grant)|Press enter to confirm or esc to cancel/] },
  DIALOG,
  { state: "working", all: [/esc to interrupt/i] },
  { state: "idle", all: [/^\s*›(?! \d+\. )( |$)/m] },
]

/** Reads the last lines of a screen; undefined when they say nothing known. */
export const readScreen = (agent: AgentKind, lines: readonly string[]): ScreenState | undefined => {
  const filled = lines.filter((line) => line.trim() !== "").slice(-LINES)
  const text = filled.join("\n")
  return (agent === "claude" ? CLAUDE : CODEX).find(({ all }) => all.every((pattern) => pattern.test(text)))?.state
}
