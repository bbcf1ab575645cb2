// Entry of the scanning pool: one thread, so that what it remembers of processes is in one place. Asking a tmux server
// waits without holding the thread, so a server that does not answer delays nobody else.

import type { ProcessScan } from "./scan/agent-process.ts"
import { captureScreens } from "./scan/capture-screens.ts"
import { listPanes } from "./scan/list-panes.ts"
import { createProcessScanner, type ProcessScanner, type ScanProcessesOptions } from "./scan/scan-processes.ts"

let scanner: ProcessScanner | undefined

/** Scans the process table. Throws ProcessTableError when the table cannot be trusted. */
export const scanProcesses = (options: ScanProcessesOptions): ProcessScan => {
  scanner ??= createProcessScanner({ uid: process.getuid?.() ?? -1, ownPid: process.pid })
  return scanner(options)
}

export { captureScreens, listPanes }
