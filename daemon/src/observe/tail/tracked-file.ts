// One transcript or sidecar that the tailer follows.

import type { Cursor } from "../../work/cursor.ts"
import { startCursor } from "../../work/cursor.ts"
import type { FileLook, KnownFile } from "../../work/look.ts"
import type { Root } from "./default-roots.ts"
import { type EarlierReading, isAsRead } from "./earlier-reading.ts"

export interface TrackedFile {
  root: Root
  /** Other names of the same file: a rename shows up as one, and so does a home inside another. */
  readonly otherNames: Map<string, { readonly root: Root; readonly relativePath: string }>
  cursor: Cursor
  /** As last looked at or read. */
  known: KnownFile & { readonly dev: number }
  /** Size when the first read began; what counts towards its progress. Undefined for files that came later. */
  readonly firstSizeBytes: number | undefined
  /** Has something to be read. */
  isDirty: boolean
  isReading: boolean
  /** When its last name was found gone; undefined while it has one. */
  goneMs: number | undefined
  /** Bytes behind the last newline at the last read. */
  tailBytes: number
  /** Times in a row that a thread died at it. */
  strikes: number
}

/** A file from its start, or from where an earlier reading stood. It is not dirty if it is as it was then. */
export function trackFile(root: Root, look: FileLook, isFirst: boolean, earlier?: EarlierReading): TrackedFile {
  const { relativePath, role, birthMs, sizeBytes, mtimeMs, ino, dev } = look
  const path = `${root.path}/${relativePath}`
  const goesOn = earlier?.cursor.role === role
  const cursor = goesOn ? { ...earlier.cursor, path, relativePath } : startCursor({ path, relativePath, birthMs, agent: root.agent, role })
  return {
    root,
    otherNames: new Map(),
    cursor,
    known: { relativePath, sizeBytes, mtimeMs, ino, dev },
    firstSizeBytes: isFirst ? Math.max(0, sizeBytes - cursor.offset) : undefined,
    isDirty: earlier === undefined || !isAsRead(earlier, look),
    isReading: false,
    goneMs: undefined,
    tailBytes: earlier?.tailBytes ?? 0,
    strikes: 0,
  }
}

/** Goes on under another name of the same file; false where it has none. */
export function takeOtherName(file: TrackedFile): boolean {
  const [path, name] = [...file.otherNames][0] ?? []
  if (path === undefined || name === undefined) return false
  file.otherNames.delete(path)
  rename(file, name.root, name.relativePath)
  return true
}

/** A file that was gone is there again under this name: moved, if the reader finds the same bytes; else it starts anew. */
export function reviveFile(file: TrackedFile, root: Root, look: FileLook): void {
  rename(file, root, look.relativePath)
  file.cursor = { ...file.cursor, birthMs: look.birthMs, role: look.role }
  file.known = look
  file.goneMs = undefined
  file.strikes = 0
}

function rename(file: TrackedFile, root: Root, relativePath: string): void {
  file.root = root
  file.cursor = { ...file.cursor, path: `${root.path}/${relativePath}`, relativePath }
  file.known = { ...file.known, relativePath }
}
