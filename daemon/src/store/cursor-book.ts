// Cursors on their way into the store and out of it.

import type { DatabaseSync } from "node:sqlite"
import type { AgentKind } from "../domain/agent.ts"
import type { TrackedFile } from "../observe/tail/tracked-file.ts"
import type { CursorRow } from "./batch.ts"
import { cursorId, fromCursorRow, type StoredCursor, toCursorRow } from "./stored-cursor.ts"

/** Where a file's reading stood when the daemon last ran. */
export interface CursorArchive {
  /** By its path, else by its identity: it may have been moved meanwhile. Undefined for a file never read, or not by this agent. */
  find(agent: AgentKind, path: string, dev: number, ino: number): StoredCursor | undefined
}

export interface CursorBook extends CursorArchive {
  /** A file may have been read on. Answers whether there is something to write. */
  note(file: TrackedFile): boolean
  /** What there is to write. */
  take(): { readonly cursors: readonly CursorRow[]; readonly goneCursors: readonly number[] }
}

export interface CursorBookOptions {
  readonly database: DatabaseSync
  /** Names what can go on from a cursor's state. */
  readonly reader: (agent: AgentKind) => string
  onDamage(error: unknown): void
}

export function createCursorBook({ database, reader, onDamage }: CursorBookOptions): CursorBook {
  const byPath = database.prepare("SELECT path, dev, ino, state FROM cursors WHERE id = ?")
  const byIdentity = database.prepare("SELECT path, dev, ino, state FROM cursors WHERE ino = ? AND dev = ?")
  const readers = new Map<AgentKind, string>()
  const noted = new Set<TrackedFile>()
  /** As written last. */
  const written = new WeakMap<TrackedFile, { readonly cursor: TrackedFile["cursor"]; readonly tailBytes: number }>()

  function readerFor(agent: AgentKind): string {
    let name = readers.get(agent)
    if (name === undefined) readers.set(agent, (name = reader(agent)))
    return name
  }

  return {
    find(agent, path, dev, ino) {
      try {
        const rows = [byPath.get(cursorId(path)), ...byIdentity.all(ino, dev)]
        const row = rows.find((each) => each !== undefined && (each["path"] === path || (each["ino"] === ino && each["dev"] === dev)))
        const found = row === undefined ? undefined : fromCursorRow(row, readerFor)
        return found?.cursor.agent === agent ? found : undefined
      } catch (error) {
        onDamage(error)
        return undefined
      }
    },
    note(file) {
      const last = written.get(file)
      const { cursor, tailBytes } = file
      const isSame =
        last !== undefined &&
        last.tailBytes === tailBytes &&
        last.cursor.path === cursor.path &&
        last.cursor.offset === cursor.offset &&
        last.cursor.ino === cursor.ino &&
        last.cursor.dev === cursor.dev &&
        last.cursor.quietSize === cursor.quietSize &&
        last.cursor.fingerprint === cursor.fingerprint
      if (!isSame && cursor.ino !== 0) noted.add(file)
      return !isSame
    },
    take() {
      const goneCursors: number[] = []
      const cursors = [...noted].map((file) => {
        const { cursor, tailBytes } = file
        const last = written.get(file)
        if (last !== undefined && last.cursor.path !== cursor.path) goneCursors.push(cursorId(last.cursor.path))
        written.set(file, { cursor, tailBytes })
        return toCursorRow(file, readerFor(cursor.agent))
      })
      noted.clear()
      return { cursors, goneCursors }
    },
  }
}
