import { expect, test } from "vitest"
import type { AgentKind } from "../../domain/agent.ts"
import { readScreen } from "./screen.ts"
import { splitScreens } from "./capture-screens.ts"

const SCREENS: readonly (readonly [string, AgentKind, string, string | undefined])[] = [
  ["trust dialog", "claude", " Accessing workspace:\n ❯ 1. No, exit\n   2. Yes, I trust this folder", "trust"],
  ["permission", "claude", " Do you want to proceed?\n ❯ 1. Yes\n   2. No\n\n Esc to cancel · Tab to amend", "permission"],
  ["question", "claude", " Which one?\n ❯ 1. This\n Enter to select · Esc to cancel", "question"],
  ["work by its footer", "claude", "> hello\n  esc to interrupt", "working"],
  ["work by its spinner", "claude", "✻ Pondering… (12s · 3 tokens)\n>", "working"],
  ["done", "claude", "✻ Worked for 3s · done 3:10 AM\n❯ ", "idle"],
  ["prompt", "claude", "│ ❯ │\n ? for shortcuts", "idle"],
  ["words of a person about permission", "claude", "I said: Do you want to go?\n❯ \n", "idle"],
  ["nothing known", "claude", "hello\nworld", undefined],
  ["codex approval", "codex", "Would you like to run the following command?\nPress enter to confirm or esc to cancel", "permission"],
  ["codex work", "codex", "• Working (3s • esc to interrupt)\n› ", "working"],
  ["codex prompt", "codex", "› Ask anything\n", "idle"],
  ["claude asks about a key", "claude", "    Yes\n  ❯ No (recommended)\n\n  Enter to confirm · Esc to cancel", "dialog"],
  ["codex offers a model", "codex", "› 1. Try new model\n  2. Use existing model\n\n  enter/esc confirm · ^c quit", "dialog"],
  ["a menu of no known kind", "codex", "› 1. This\n  2. That", undefined],
  ["codex trust", "codex", "Do you trust the contents of this directory?\n› 1. Yes", "trust"],
]

test.each(SCREENS)("%s", (_what, agent, text, state) => {
  expect(readScreen(agent, text.split("\n"))).toBe(state)
})

test("only the last lines count", () => {
  const old = ["Yes, I trust this folder", ...Array.from({ length: 20 }, (_, at) => `line ${at}`)]
  expect(readScreen("claude", old)).toBeUndefined()
})

test("a pane cannot pass for another: it does not know the mark", () => {
  const screens = splitScreens("@@x%1\none\n@@y%2\ntwo\n@@x%2\nthree\n", "@@x")
  expect(screens).toEqual(
    new Map([
      ["%1", ["one", "@@y%2", "two"]],
      ["%2", ["three", ""]],
    ]),
  )
})
