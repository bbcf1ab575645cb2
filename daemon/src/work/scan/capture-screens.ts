// The last lines of some panes, all in one call. Used only where an agent says nothing of itself: a trust dialog, a teammate,
// an old version. What a pane shows is untrusted, so the marks between panes hold a word that cannot be known beforehand.

import { randomUUID } from "node:crypto"
import type { AgentKind } from "../../domain/agent.ts"
import { readScreen, type ScreenState } from "./screen.ts"
import { askTmux, type TmuxQuestion } from "./tmux-client.ts"

export interface ScreensQuestion extends Omit<TmuxQuestion, "args"> {
  readonly panes: readonly { readonly paneId: string; readonly agent: AgentKind }[]
}

export interface ScreenAnswer {
  readonly paneId: string
  /** Absent when the lines say nothing known. */
  readonly state?: ScreenState
}

/** Reads what the panes show. A pane that is gone, and those behind it, are left out. */
export const captureScreens = async ({ panes, ...question }: ScreensQuestion): Promise<ScreenAnswer[]> => {
  if (panes.length === 0) return []
  const mark = `@@${randomUUID()}`
  // tmux reads the message as a time format too, in which the percent sign of a pane's id would mean something.
  const args = panes
    .flatMap(({ paneId }, at) => ["display-message", "-p", `${mark}-${at}`, ";", "capture-pane", "-p", "-t", paneId, ";"])
    .slice(0, -1)
  const answer = await askTmux({ ...question, args })
  const screens = splitScreens(answer.stdout, mark)
  return panes.flatMap(({ paneId, agent }, at) => {
    const lines = screens.get(`-${at}`)
    if (lines === undefined || lines.length === 0) return []
    const state = readScreen(agent, lines)
    return [{ paneId, ...(state === undefined ? {} : { state }) }]
  })
}

/** Parts the output at its marks. */
export const splitScreens = (text: string, mark: string): Map<string, string[]> => {
  const screens = new Map<string, string[]>()
  let current: string[] | undefined
  for (const line of text.split("\n")) {
    if (line.startsWith(mark)) {
      current = []
      screens.set(line.slice(mark.length), current)
    } else current?.push(line)
  }
  return screens
}
