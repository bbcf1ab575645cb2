// Telling a damaged database from one that only cannot be written to now.

import { existsSync, rmSync, writeFileSync } from "node:fs"

const SQLITE_CORRUPT = 11
const SQLITE_NOTADB = 26

/** Thrown where what the database holds cannot be what we wrote. */
export class DamagedError extends Error {
  override readonly name = "DamagedError"
}

/** Whether an error says that the file is damaged, or no database at all. */
export function isDamage(error: unknown): boolean {
  if (error instanceof DamagedError) return true
  // The low byte is the error; the rest says more of it.
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB
}

/** Leaves word for the next start, which sets the database aside. */
export function markDamaged(path: string): void {
  try {
    writeFileSync(markOf(path), "")
  } catch {
    // Then the next start has to find it out again.
  }
}

/** Whether there was word, which is taken away. */
export function takeDamageMark(path: string): boolean {
  if (!existsSync(markOf(path))) return false
  rmSync(markOf(path), { force: true })
  return true
}

function markOf(path: string): string {
  return `${path}.damaged`
}
