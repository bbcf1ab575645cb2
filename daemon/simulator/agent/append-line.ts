// Both agents' transcripts are lines of compact JSON, appended by open, write, close, readable by the user alone.

import { appendFileSync, mkdirSync } from "node:fs"
import { dirname } from "node:path"

/** Appends one line; makes the folder when it is not there. */
export function appendLine(path: string, value: unknown): void {
  appendText(path, `${JSON.stringify(value)}\n`)
}

/** Appends these characters as they are. */
export function appendText(path: string, text: string): void {
  try {
    appendFileSync(path, text, { mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    appendFileSync(path, text, { mode: 0o600 })
  }
}
