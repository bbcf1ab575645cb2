// Going on where an earlier run stopped reading a file. What the file was like then is remembered too: one that is still like that need not even
// be opened.

import { createHash } from "node:crypto"
import type { AgentKind } from "../../domain/agent.ts"
import type { FileReading } from "../../domain/file-reading.ts"
import type { Cursor } from "../../work/cursor.ts"
import type { FileLook } from "../../work/look.ts"
import { normaliserOf } from "../transcripts/registry.ts"
import type { TrackedFile } from "./tracked-file.ts"

export interface EarlierReading {
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

/**
 * Names what can go on from a normaliser's state: the same version of it with the same members. A new version may read more of each line, so
 * it reads everything again; nothing counts twice by that.
 */
export function readerOf(agent: AgentKind, version: string): string {
  const state = normaliserOf(agent).start({ path: "", relativePath: "", birthMs: 0 })
  const members = typeof state === "object" && state !== null ? Object.keys(state).toSorted() : []
  return `${version} ${createHash("sha256").update(members.join()).digest("base64url").slice(0, 8)}`
}

export function toReading({ cursor, known, tailBytes }: TrackedFile, reader: string): FileReading {
  const { path, dev, ino, ...rest } = cursor
  const kept: Kept = { ...rest, reader, sizeBytes: known.sizeBytes, mtimeMs: known.mtimeMs, tailBytes }
  return { path, dev, ino, state: kept }
}

/** Undefined where it was another reader's, or of another kind of file. */
export function fromReading(
  { path, dev, ino, state }: FileReading,
  agent: AgentKind,
  look: FileLook,
  reader: string,
): EarlierReading | undefined {
  const { reader: keptBy, sizeBytes, mtimeMs, tailBytes, ...rest } = state as Kept
  if (keptBy !== reader || rest.agent !== agent || rest.role !== look.role) return undefined
  return { cursor: { ...rest, state: rest.state, path, dev, ino }, sizeBytes, mtimeMs, tailBytes }
}

/** Whether a file was read to its end and is, by all that tells changes, as it was then. */
export function isAsRead({ cursor, sizeBytes, mtimeMs, tailBytes }: EarlierReading, look: FileLook): boolean {
  const isWhole = cursor.offset + tailBytes === sizeBytes || cursor.quietSize === sizeBytes
  const isSame = look.sizeBytes === sizeBytes && look.mtimeMs === mtimeMs && look.ino === cursor.ino && look.dev === cursor.dev
  return isWhole && isSame
}
