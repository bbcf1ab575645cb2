// How far a file has been read, and all that is needed to go on: plain data, kept on the main thread between steps, so that a crash, a restart
// or another thread can take over at any line.

import type { AgentKind } from "../domain/agent.ts"
import type { FileRole, TranscriptFile } from "../observe/transcripts/port.ts"

export interface Cursor extends TranscriptFile {
  readonly agent: AgentKind
  readonly role: FileRole
  /** Identity of the file that was read; 0 before the first step. */
  readonly dev: number
  readonly ino: number
  /** Bytes read and folded, of a compressed file the unpacked ones; always behind a newline, except inside a line that is too long. */
  readonly offset: number
  /** Hash of the `fingerprintBytes` bytes before `offset`, by which a rewritten file is told; of a compressed one its size and time. */
  readonly fingerprint: string
  readonly fingerprintBytes: number
  /** The bytes at `offset` belong to a line that is too long: they are passed over up to its newline. */
  readonly inHugeLine: boolean
  /** Size of the file when its last line, whole but without a newline, was read, or when a compressed one was read whole; 0 otherwise. */
  readonly quietSize: number
  /** The normaliser's own; undefined before the first line. */
  readonly state: unknown
}

export interface CursorSource extends TranscriptFile {
  readonly agent: AgentKind
  readonly role: FileRole
}

/** A cursor at the start of a file. */
export function startCursor(source: CursorSource): Cursor {
  const { path, relativePath, birthMs, agent, role } = source
  return {
    path,
    relativePath,
    birthMs,
    agent,
    role,
    dev: 0,
    ino: 0,
    offset: 0,
    fingerprint: "",
    fingerprintBytes: 0,
    inHugeLine: false,
    quietSize: 0,
    state: undefined,
  }
}
