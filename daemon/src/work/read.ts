// One step of reading one file: from a cursor to facts and the next cursor. Pure but for the file system, synchronous, and the same in a worker
// as in a test. Bytes already read are never folded twice but where the file was changed behind the cursor; then all of it is read again, and
// facts being idempotent nothing counts twice.

import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs"
import { asObject } from "../observe/transcripts/json-fields.ts"
import { normaliserOf } from "../observe/transcripts/registry.ts"
import { type Cursor, startCursor } from "./cursor.ts"
import { LineReader } from "./line-reader.ts"
import { FINGERPRINT_BYTES, LineWindow } from "./line-window.ts"
import type { ReadResult } from "./read-result.ts"

export interface ReadOptions {
  /** Stops after about so many bytes. */
  readonly budgetBytes: number
  /** Bytes read at a time; default 512 KiB. */
  readonly stepBytes?: number
  /** A longer line is passed over and counted; default 64 MiB. */
  readonly maxLineBytes?: number
  /** The file has been quiet: a last line without a newline is read if it is a whole object. */
  readonly isQuiet?: boolean
}

const STEP_BYTES = 512 << 10
const MAX_LINE_BYTES = 64 << 20
const MAX_SIDECAR_BYTES = 256 << 10

/** Reads on from `cursor`. Never throws for what the file or the file system does: the result says. */
export function readFrom(cursor: Cursor, options: ReadOptions): ReadResult {
  let fd: number
  try {
    // A name may have become a link or a pipe since it was listed: neither is followed or waited for.
    fd = openSync(cursor.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    return nothing(cursor, error)
  }
  try {
    const stats = fstatSync(fd)
    if (!stats.isFile()) return nothing(cursor, new Error("not a regular file"))
    return cursor.role === "sidecar" ? readSidecar(cursor, fd, stats) : readTranscript(cursor, fd, stats, options)
  } catch (error) {
    return nothing(cursor, error)
  } finally {
    closeSync(fd)
  }
}

function readTranscript(cursor: Cursor, fd: number, stats: Stats, options: ReadOptions): ReadResult {
  const step = options.stepBytes ?? STEP_BYTES
  const changed = changeOf(cursor, stats)
  if (changed !== undefined) return readSteps(startCursor(cursor), fd, stats, options, changed)
  const window = new LineWindow(fd, cursor.offset, cursor.fingerprintBytes)
  window.fill(Math.min(step, Math.max(0, stats.size - cursor.offset)))
  const isSame = window.end >= window.start && window.fingerprint(cursor.fingerprintBytes) === cursor.fingerprint
  return isSame ? readSteps(cursor, fd, stats, options, undefined, window) : readSteps(startCursor(cursor), fd, stats, options, "rewritten")
}

function changeOf(cursor: Cursor, stats: Stats): ReadResult["restarted"] {
  if (cursor.ino === 0) return undefined
  if (cursor.ino !== stats.ino || cursor.dev !== stats.dev) return "replaced"
  return stats.size < cursor.offset ? "truncated" : undefined
}

function readSteps(
  cursor: Cursor,
  fd: number,
  stats: Stats,
  options: ReadOptions,
  restarted: ReadResult["restarted"],
  opened?: LineWindow,
): ReadResult {
  const normaliser = normaliserOf(cursor.agent)
  const state = cursor.state === undefined ? normaliser.start(cursor) : structuredClone(cursor.state)
  const reader = new LineReader(normaliser, cursor, state)
  const window = opened ?? new LineWindow(fd, 0, 0)
  const maxLine = options.maxLineBytes ?? MAX_LINE_BYTES
  const firstStep = options.stepBytes ?? STEP_BYTES
  let step = firstStep
  let inHugeLine = cursor.inHugeLine
  let hugeLines = 0
  let ended = false
  while (!ended && window.offset - cursor.offset < options.budgetBytes) {
    ended = window.fill(step)
    if (inHugeLine) {
      const lineEnd = window.firstLineEnd()
      window.take(lineEnd < 0 ? window.end : lineEnd)
      inHugeLine = lineEnd < 0
      continue
    }
    const linesEnd = window.lastLineEnd()
    if (linesEnd >= 0) {
      reader.readLines(window.memory, window.start, linesEnd)
      window.take(linesEnd)
      step = firstStep
    } else if (window.end - window.start >= maxLine) {
      hugeLines++
      inHugeLine = true
      window.take(window.end)
      step = firstStep
    } else if (!ended) step = Math.min(maxLine, step * 2)
  }
  if (ended) reader.atEnd()
  const offset = window.offset
  const fingerprintBytes = Math.min(FINGERPRINT_BYTES, window.behind)
  const fingerprint = window.fingerprint(fingerprintBytes)
  const tailBytes = ended && !inHugeLine ? window.end - window.start : 0
  const next = { ...cursor, dev: stats.dev, ino: stats.ino, offset, fingerprint, fingerprintBytes, inHugeLine, quietSize: 0, state }
  const size = ended ? offset + tailBytes : Math.max(stats.size, offset)
  const isTailRead = options.isQuiet === true && tailBytes > 0 && cursor.quietSize !== size
  const facts = isTailRead ? [...reader.facts, ...tailFacts(next, window)] : reader.facts
  const result: ReadResult = {
    cursor: isTailRead ? { ...next, quietSize: size } : { ...next, quietSize: cursor.quietSize === size ? size : 0 },
    status: ended ? "end" : "more",
    facts,
    sizeBytes: size,
    bytesRead: offset - cursor.offset,
    lines: reader.lines,
    badLines: reader.badLines,
    hugeLines,
    unknownLines: reader.unknownLines,
    restarted,
    tailBytes,
    problem: reader.problem,
  }
  return result
}

/**
 * Facts of a last line without a newline. Neither the offset nor the state moves: when the newline comes the line is read again, from the
 * same state, to the same facts.
 */
function tailFacts(cursor: Cursor, window: LineWindow): LineReader["facts"] {
  const reader = new LineReader(normaliserOf(cursor.agent), cursor, structuredClone(cursor.state))
  reader.readCopy(window.rest)
  reader.atEnd()
  return reader.badLines === 0 ? reader.facts : []
}

function readSidecar(cursor: Cursor, fd: number, stats: Stats): ReadResult {
  const reader = new LineReader(normaliserOf(cursor.agent), cursor, undefined)
  const facts: LineReader["facts"] = []
  const base = { ...nothing(cursor, undefined), status: "end" as const, sizeBytes: stats.size, problem: undefined }
  if (stats.size > MAX_SIDECAR_BYTES) return { ...base, hugeLines: 1 }
  let value
  try {
    value = asObject(JSON.parse(readFileSync(fd, "utf8")))
  } catch {
    // Written in place: a torn one is read again when the rest is there.
    value = undefined
  }
  if (value === undefined) return { ...base, tailBytes: stats.size, badLines: 0 }
  normaliserOf(cursor.agent).sidecar(cursor, value, (fact) => facts.push(fact))
  const next = { ...cursor, dev: stats.dev, ino: stats.ino, offset: stats.size }
  return { ...base, cursor: next, facts, bytesRead: stats.size, lines: reader.lines }
}

function nothing(cursor: Cursor, error: unknown): ReadResult {
  const code = error instanceof Error && "code" in error ? error.code : undefined
  const isGone = code === "ENOENT" || code === "ENOTDIR"
  return {
    cursor,
    status: isGone ? "gone" : "failed",
    facts: [],
    sizeBytes: 0,
    bytesRead: 0,
    lines: 0,
    badLines: 0,
    hugeLines: 0,
    unknownLines: 0,
    restarted: undefined,
    tailBytes: 0,
    problem: isGone ? undefined : error instanceof Error ? error.message : String(error),
  }
}
