// Every pane of every window of every session of one tmux server, in one call. Names and titles are anybody's text and may hold
// tabs and line ends (tmux 3.3 lets both into window names), so fields are parted by a word that cannot be known beforehand.

import { randomUUID } from "node:crypto"
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
  | { readonly ok: true; readonly panes: readonly Pane[]; readonly badRecords: number }
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

/** Lists the panes of a server. Never starts one, never throws. */
export const listPanes = async (question: Omit<TmuxQuestion, "args">): Promise<PaneListing> => {
  const mark = randomUUID()
  const answer = await askTmux({ ...question, args: ["list-panes", "-a", "-F", paneFormat(mark)] })
  // A server whose last session has ended, kept alive by the option exit-empty, has nothing to list and says so as an error.
  if (!answer.ok && /^no (current target|current session|sessions)/.test(answer.detail)) return { ok: true, badRecords: 0, panes: [] }
  if (!answer.ok) return { ok: false, failure: answer.failure, detail: answer.detail }
  const { panes, badRecords } = parsePanes(answer.stdout, mark)
  return { ok: true, badRecords, panes: panes.map(({ tty, ...pane }) => ({ ...pane, ...terminalAt(tty) })) }
}

/** What tmux is told to print: each record and each field behind the mark. */
export const paneFormat = (mark: string): string => mark + FIELDS.map((field) => `#{${field}}`).join(mark) + mark

type ListedPane = Omit<Pane, "terminal"> & { readonly tty: string }

/** Reads the listing. A pane shown in several sessions is one pane; a record that is not ours is counted. */
export const parsePanes = (text: string, mark: string): { panes: ListedPane[]; badRecords: number } => {
  const panes = new Map<string, ListedPane>()
  let badRecords = 0
  // Behind the last field of a record stands a line end, then the next record.
  const fields = text.split(mark)
  for (let at = 1; at + FIELDS.length <= fields.length; at += FIELDS.length + 1) {
    const [serverPid = "", paneId = "", pid = "", tty = "", dead, windowIndex = "", paneIndex = "", ...names] = fields.slice(
      at,
      at + FIELDS.length,
    )
    const [sessionName = "", windowName = "", title = ""] = names
    if (![serverPid, pid, windowIndex, paneIndex].every((field) => /^\d{1,10}$/.test(field)) || !/^%\d{1,10}$/.test(paneId)) {
      badRecords += 1
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
      title,
    })
  }
  if ((fields.length - 1) % (FIELDS.length + 1) !== 0) badRecords += 1
  return { panes: [...panes.values()], badRecords }
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
