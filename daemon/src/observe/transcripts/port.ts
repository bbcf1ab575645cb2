// The seam between bytes and facts: one transcript dialect is one normaliser behind this port. A normaliser is pure: all it remembers between
// lines is its state, plain data that a cursor carries, so a file can be read in any number of steps by any thread.

import type { AgentKind } from "../../domain/agent.ts"
import type { TranscriptFact } from "../../domain/facts.ts"
import type { JsonObject } from "./json-fields.ts"
import type { Shape } from "./shape.ts"

/** A transcript is read line by line; a sidecar is one small JSON document read whole; a compressed transcript is unpacked as it is read. */
export type FileRole = "transcript" | "sidecar" | "compressed"

/** What a normaliser may know of the file it reads. */
export interface TranscriptFile {
  readonly path: string
  /** Below the agent's home, with "/" between the parts. */
  readonly relativePath: string
  /** Birth of the file in Unix milliseconds; 0 where the file system does not tell. */
  readonly birthMs: number
}

export type Emit = (fact: TranscriptFact) => void

/** What became of a line: `unknown` is a type the normaliser has never heard of (counted), `bad` is not a line of this dialect at all. */
export type LineVerdict = "used" | "unknown" | "bad"

export interface Normaliser<State = unknown> {
  readonly agent: AgentKind
  /** Folders below the agent's home that hold transcripts. */
  readonly folders: readonly string[]
  /** Folders this deep or less below the home are where new conversations show up. */
  readonly hubDepth: number
  /** What a file is; undefined where it is none of ours. */
  roleOf(relativePath: string): FileRole | undefined
  /** Whether a folder may hold transcripts. */
  entersFolder(relativePath: string): boolean
  /** State before the first line. */
  start(file: TranscriptFile): State
  /** What is read of a line: what is not in it may be missing in the parsed lines, and what it drops is not seen at all. */
  readonly shape: Shape
  /** Deals with a parsed line; changes `state`. */
  line(state: State, file: TranscriptFile, value: JsonObject, emit: Emit): LineVerdict
  /** The file ends here for now: nothing that would settle a doubt about the lines before is there to be waited for. */
  atEnd(state: State, emit: Emit): void
  /** Deals with a sidecar. */
  sidecar(file: TranscriptFile, value: JsonObject, emit: Emit): void
}
