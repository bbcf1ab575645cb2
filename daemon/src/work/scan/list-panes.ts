// Every pane of every window of every session of one tmux server, in one call. Fields are parted by a TAB, which every
// version passes unharmed to a UTF-8 client and stores in no name; the free texts come last.

import { statSync } from "node:fs"
import { askTmux, type TmuxFailure, type TmuxQuestion } from "./tmux-client.ts"

export interface Pane {
  readonly serverPid: number
  readonly paneId: string
  /** The process tmux started in it. */
  readonly pid: number
  readonly dead: boolean
  readonly sessionName: string
  readonly windowIndex: number
  readonly windowName: string
  readonly paneIndex: number
  readonly title: string
  /** Device numbers of its terminal; absent when it is gone already. */
  readonly terminal?: { readonly dev: number; readonly rdev: number }
}

export type PaneListing =
  | { readonly ok: true; readonly panes: readonly Pane[]; readonly badLines: number }
  | { readonly ok: false; readonly failure: TmuxFailure; readonly detail: string }

const FIELDS = [
  "pid",
  "pane_id",
  "pane_pid",
  "pane_tty",
  "pane_dead",
  "window_index",
  "pane_index",
  "session_name",
  "window_name",
  "pane_title",
]
const FORMAT = FIELDS.map((field) => `#{${field}}`).join("\t")

/** Lists the panes of a server. Never starts one, never throws. */
export const listPanes = async (question: Omit<TmuxQuestion, "args">): Promise<PaneListing> => {
  const answer = await askTmux({ ...question, args: ["list-panes", "-a", "-F", FORMAT] })
  if (!answer.ok) return { ok: false, failure: answer.failure, detail: answer.detail }
  const { panes, badLines } = parsePanes(answer.stdout)
  return { ok: true, badLines, panes: panes.map(({ tty, ...pane }) => ({ ...pane, ...terminalAt(tty) })) }
}

/** Reads the listing. A pane shown in several sessions is one pane; a line that is not ours is counted. */
export const parsePanes = (text: string): { panes: (Omit<Pane, "terminal"> & { tty: string })[]; badLines: number } => {
  const panes = new Map<string, Omit<Pane, "terminal"> & { tty: string }>()
  let badLines = 0
  for (const line of text.split("\n")) {
    if (line === "") continue
    const [serverPid = "", paneId = "", pid = "", tty = "", dead, windowIndex = "", paneIndex = "", sessionName, windowName, ...title] =
      line.split("\t")
    const numeric = [serverPid, pid, windowIndex, paneIndex].every((field) => /^\d{1,10}$/.test(field))
    if (!numeric || !/^%\d{1,10}$/.test(paneId) || sessionName === undefined || windowName === undefined || title.length === 0) {
      badLines += 1
      continue
    }
    if (panes.has(paneId)) continue
    panes.set(paneId, {
      serverPid: Number(serverPid),
      paneId,
      pid: Number(pid),
      tty,
      dead: dead === "1",
      sessionName,
      windowIndex: Number(windowIndex),
      windowName,
      paneIndex: Number(paneIndex),
      title: title.join("\t"),
    })
  }
  return { panes: [...panes.values()], badLines }
}

const terminalAt = (tty: string): { terminal?: { dev: number; rdev: number } } => {
  if (!tty.startsWith("/dev/")) return {}
  try {
    const found = statSync(tty, { throwIfNoEntry: false })
    return found?.isCharacterDevice() ? { terminal: { dev: found.dev, rdev: found.rdev } } : {}
  } catch {
    return {}
  }
}
