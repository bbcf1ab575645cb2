// The process table of the machine this runs on, behind one port.

import { createProcFiles, type ProcFiles } from "./proc-files.ts"
import { createPsFiles } from "./ps-files.ts"

/** /proc where there is one; ps and lsof on macOS. */
export const createProcessFiles = (platform: NodeJS.Platform = process.platform): ProcFiles =>
  platform === "darwin" ? createPsFiles() : createProcFiles()
