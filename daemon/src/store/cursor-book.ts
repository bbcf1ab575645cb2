// Readings of files on their way into the store and out of it.

import type { DatabaseSync } from "node:sqlite"
import type { FileReading, FileReadings } from "../domain/file-reading.ts"
import { keyHash } from "../model/key-hash.ts"
import type { CursorRow } from "./batch.ts"
import { fromJson, NAMES, toJson } from "./json.ts"

export interface CursorBook extends Pick<FileReadings, "find"> {
  note(file: object, reading: () => FileReading): void
  /** What there is to write. */
  take(): { readonly cursors: readonly CursorRow[]; readonly goneCursors: readonly number[] }
}

export interface CursorBookOptions {
  readonly database: DatabaseSync
  /** Hears of what cannot be read; it is taken for not there. */
  readonly onDamage: (error: unknown) => void
}

export function createCursorBook({ database, onDamage }: CursorBookOptions): CursorBook {
  const byPath = database.prepare("SELECT path, dev, ino, state FROM cursors WHERE id = ?")
  const byIdentity = database.prepare("SELECT path, dev, ino, state FROM cursors WHERE ino = ? AND dev = ?")
  const noted = new Map<object, () => FileReading>()
  /** As written last. */
  const written = new WeakMap<object, CursorRow>()

  return {
    find(path, dev, ino) {
      try {
        const own = byPath.get(keyHash(path))
        const row = own?.["path"] === path ? own : byIdentity.get(ino, dev)
        if (row === undefined) return undefined
        const { path: keptPath, dev: keptDev, ino: keptIno, state } = row
        return { path: String(keptPath), dev: Number(keptDev), ino: Number(keptIno), state: fromJson(String(state)) }
      } catch (error) {
        onDamage(error)
        return undefined
      }
    },
    note(file, reading) {
      noted.set(file, reading)
    },
    take() {
      const cursors: CursorRow[] = []
      const goneCursors: number[] = []
      for (const [file, reading] of noted) {
        const { path, dev, ino, state } = reading()
        const row = { id: keyHash(path), path, dev, ino, state: toJson(state, NAMES) }
        const last = written.get(file)
        if (last?.id === row.id && last.state === row.state && last.dev === dev && last.ino === ino) continue
        if (last !== undefined && last.id !== row.id) goneCursors.push(last.id)
        written.set(file, row)
        cursors.push(row)
      }
      noted.clear()
      return { cursors, goneCursors }
    },
  }
}
