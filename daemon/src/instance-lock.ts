// One daemon per state folder. An exclusive SQLite transaction on a small file is the lock: the kernel frees it when the process dies,
// however it dies, so a lock is never stale.

import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

/** Another daemon holds the state folder. */
export class StateDirInUse extends Error {
  override readonly name = "StateDirInUse"
}

/** The state folder cannot be made or written to. */
export class StateDirUnusable extends Error {
  override readonly name = "StateDirUnusable"
}

/** Takes the lock of a state folder, making the folder (mode 0700) when it is missing. Released by dispose. */
export function lockStateDir(stateDir: string): Disposable {
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 })
    return exclusive(join(stateDir, "lock"))
  } catch (cause) {
    if (cause instanceof StateDirInUse) throw cause
    throw new StateDirUnusable(`cannot write to the state folder ${stateDir}: ${reason(cause)} (choose another with --state-dir)`, {
      cause,
    })
  }
}

function exclusive(path: string): Disposable {
  const database = new DatabaseSync(path)
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
  } catch (cause) {
    database.close()
    if (cause instanceof Error && /locked|busy/i.test(cause.message)) {
      throw new StateDirInUse(`another vibecraftd uses the state folder of ${path}`, { cause })
    }
    throw cause
  }
  return { [Symbol.dispose]: () => database.close() }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
