// A cursor as the store keeps it, with what the file was like when it was read: a file that is still like that need not even be opened.

import type { AgentKind } from "../domain/agent.ts"
import { keyHash } from "../model/key-hash.ts"
import type { TrackedFile } from "../observe/tail/tracked-file.ts"
import { normaliserOf } from "../observe/transcripts/registry.ts"
import type { Cursor } from "../work/cursor.ts"
import type { CursorRow } from "./batch.ts"
import { fromJson, toJson } from "./json.ts"

export interface StoredCursor {
  readonly cursor: Cursor
  /** As it was looked at last before it was read. */
  readonly sizeBytes: number
  readonly mtimeMs: number
  /** Bytes behind the last newline. */
  readonly tailBytes: number
}

interface Kept extends Omit<Cursor, "path" | "dev" | "ino"> {
  readonly reader: string
  readonly sizeBytes: number
  readonly mtimeMs: number
  readonly tailBytes: number
}

/** Number of the row of a path. */
export function cursorId(path: string): number {
  return keyHash(path)
}

/**
 * What can go on from a normaliser's state: the same version of it with the same members. A new version may read more, so it reads
 * everything again; nothing counts twice by that.
 */
export function readerOf(agent: AgentKind, version: string): string {
  const state = normaliserOf(agent).start({ path: "", relativePath: "", birthMs: 0 })
  const members = typeof state === "object" && state !== null ? Object.keys(state).toSorted() : []
  return `${version} ${keyHash(members.join()).toString(36)}`
}

export function toCursorRow({ cursor, known, tailBytes }: TrackedFile, reader: string): CursorRow {
  const { path, dev, ino, ...rest } = cursor
  const kept: Kept = { ...rest, reader, sizeBytes: known.sizeBytes, mtimeMs: known.mtimeMs, tailBytes }
  return { id: cursorId(path), path, dev, ino, state: toJson(kept) }
}

/** Undefined for a row of another reader. Throws SyntaxError where it is no JSON. */
export function fromCursorRow(row: Record<string, unknown>, reader: (agent: AgentKind) => string): StoredCursor | undefined {
  const { reader: keptBy, sizeBytes, mtimeMs, tailBytes, ...rest } = fromJson(String(row["state"])) as Kept
  if (keptBy !== reader(rest.agent)) return undefined
  const cursor: Cursor = { ...rest, state: rest.state, path: String(row["path"]), dev: Number(row["dev"]), ino: Number(row["ino"]) }
  return { cursor, sizeBytes, mtimeMs, tailBytes }
}
