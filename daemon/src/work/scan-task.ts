// Entry of the scanning pool: one thread, so that what it remembers of processes is in one place. Asking a tmux server
// waits without holding the thread, so a server that does not answer delays nobody else.

import type { ScanAnswer } from "./scan/agent-process.ts"
import { captureScreens as capture, type ScreenAnswer, type ScreensQuestion } from "./scan/capture-screens.ts"
import { listPanes as list, type PaneListing } from "./scan/list-panes.ts"
import { createProcessScanner, type ProcessScanner, type ScanProcessesOptions } from "./scan/scan-processes.ts"
import type { TmuxQuestion } from "./scan/tmux-client.ts"

let scanner: ProcessScanner | undefined
let answered = 0
let answeredAgents = ""
const asking = new AbortController()

/** Scans the process table; `since` is the number of the answer that the asker still has. Throws ProcessTableError when the table cannot be trusted. */
export const scanProcesses = ({ since, ...options }: ScanProcessesOptions & { readonly since: number }): ScanAnswer => {
  scanner ??= createProcessScanner({ uid: process.getuid?.() ?? -1, ownPid: process.pid })
  const { agents, ...scan } = scanner(options)
  const text = JSON.stringify(agents)
  if (text === answeredAgents && since === answered) return { ...scan, number: answered }
  answeredAgents = text
  answered += 1
  return { ...scan, number: answered, agents }
}

export const captureScreens = (question: ScreensQuestion): Promise<readonly ScreenAnswer[]> =>
  capture({ ...question, signal: asking.signal })

export const listPanes = (question: Omit<TmuxQuestion, "args">): Promise<PaneListing> => list({ ...question, signal: asking.signal })

/** Ends what is being asked of tmux servers, and asks no more. */
export const stopAsking = (): void => asking.abort()
