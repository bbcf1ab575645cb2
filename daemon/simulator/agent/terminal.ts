// What a person would see in the pane: title and screen, as plainly as discovery needs them, and raw-mode input.

import { appendFileSync } from "node:fs"

export interface Terminal {
  /** OSC 0 title of the pane. */
  setTitle(title: string): void
  /** Replaces the whole screen. */
  draw(lines: readonly string[]): void
  /** Leaves the alternate screen and raw mode. */
  restore(): void
}

const ENTER = "\u001b[?1049h\u001b[?2004h\u001b[?1004h\u001b[?25l"
const LEAVE = "\u001b[?1004l\u001b[?2004l\u001b[?1049l\u001b[?25h"

/** Nothing is shown without a terminal on both ends. `onKeys` gets the bytes typed; `inputLog` collects them. */
export function createTerminal(options: { inputLog: string; onKeys: (keys: string) => void }): Terminal {
  const { stdin, stdout } = process
  if (!stdin.isTTY || !stdout.isTTY) return { setTitle: () => {}, draw: () => {}, restore: () => {} }
  stdin.setRawMode(true)
  stdin.on("data", (bytes: Buffer) => {
    appendFileSync(options.inputLog, bytes)
    options.onKeys(bytes.toString("utf8"))
  })
  stdin.on("error", () => {})
  stdout.on("error", () => {})
  stdout.write(ENTER)
  return {
    setTitle: (title) => void stdout.write(`\u001b]0;${title}\u0007`),
    draw: (lines) => void stdout.write(`\u001b[H\u001b[2J${lines.join("\r\n")}`),
    restore: () => {
      stdin.setRawMode(false)
      stdout.write(LEAVE)
    },
  }
}

const RULE = "─".repeat(60)

/** Claude Code's screen in one mood. */
export function claudeScreen(mood: string, about: string): readonly string[] {
  switch (mood) {
    case "trust":
      return [
        " Do you trust the files in this folder?",
        "",
        " ❯ 1. No, exit",
        "   2. Yes, I trust this folder",
        "",
        " Enter to confirm · Esc to cancel",
      ]
    case "permission":
      return [
        `● ${about}`,
        RULE,
        " Bash command",
        "",
        ` ${about}`,
        "",
        " Do you want to proceed?",
        " ❯ 1. Yes",
        "   2. Yes, and don't ask again",
        "   3. No",
        "",
        " Esc to cancel · Tab to amend",
      ]
    case "question":
      return [RULE, ` ${about}`, "", " ❯ 1. Yes", "   2. No", "", " Enter to select · ↑/↓ to navigate · Esc to cancel"]
    case "dialog":
      return [RULE, " Something new", "", " Enter to continue · Esc to close"]
    case "busy":
      return [`● ${about}`, "", "✻ Pondering… (4s · ↓ 312 tokens)", "", RULE, "❯ ", RULE, "  esc to interrupt"]
    default:
      return [`● ${about}`, "", "✻ Cooked for 3s · done", "", RULE, "❯ ", RULE, "  ? for shortcuts"]
  }
}

/** Codex's screen in one mood. */
export function codexScreen(mood: string, about: string): readonly string[] {
  switch (mood) {
    case "trust":
      return ["> You are in a folder that Codex does not know", "", "  1. Yes, continue", "› 2. No, quit", "", "  Press enter to continue"]
    case "permission":
      return [
        "Would you like to run the following command?",
        "",
        `  $ ${about}`,
        "",
        "› 1. Yes, proceed",
        "  2. No, and tell Codex what to do differently",
        "",
        "  Press enter to confirm or esc to cancel",
      ]
    case "question":
      return [`  ${about}`, "", "› 1. Yes", "  2. No", "", "  enter to submit answer | esc to interrupt"]
    case "busy":
      return [`• ${about}`, "", "• Working (4s • esc to interrupt)", "", "› Ask Codex to do anything", "", "  ? for shortcuts"]
    default:
      return [`• ${about}`, "", "› Ask Codex to do anything", "", "  ? for shortcuts"]
  }
}
