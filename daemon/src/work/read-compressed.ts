// Reading of transcripts that the agent has packed away (.jsonl.zst). Such a file is written once and whole. It is unpacked as it is read, never
// kept unpacked; positions are those of the unpacked bytes, and going on means unpacking up to there again.

import { constants } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { normaliserOf } from "../observe/transcripts/registry.ts"
import { type Cursor, startCursor } from "./cursor.ts"
import { LineReader } from "./line-reader.ts"
import type { ReadResult } from "./read-result.ts"
import { unpackZstd } from "./unpack-zstd.ts"

export interface ReadCompressedOptions {
  /** Stops after about so many unpacked bytes; default 32 MiB. */
  readonly budgetBytes?: number
  /** A longer line is passed over and counted; default 64 MiB. */
  readonly maxLineBytes?: number
}

const BUDGET_BYTES = 32 << 20
const MAX_LINE_BYTES = 64 << 20

/** Reads on from `cursor`. Never rejects for what the file or the file system does; what was read of a damaged file counts. */
export async function readCompressed(cursor: Cursor, options: ReadCompressedOptions = {}): Promise<ReadResult> {
  let file: FileHandle | undefined
  try {
    file = await open(cursor.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const stats = await file.stat()
    if (!stats.isFile()) throw new Error("not a regular file")
    const identity = { dev: stats.dev, ino: stats.ino, fingerprint: `${stats.size} ${stats.mtimeMs}` }
    const isSame = cursor.dev === identity.dev && cursor.ino === identity.ino && cursor.fingerprint === identity.fingerprint
    // Read to its end before, and nothing has changed.
    if (isSame && cursor.quietSize === stats.size) return { ...nothing(cursor), status: "end", sizeBytes: stats.size }
    const from = isSame ? cursor : startCursor(cursor)
    const restarted = cursor.ino === 0 || isSame ? undefined : "replaced"
    return { ...(await unpack(file, from, { ...identity, sizeBytes: stats.size }, options)), restarted }
  } catch (error) {
    const isGone = error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")
    return { ...nothing(cursor), status: isGone ? "gone" : "failed", problem: isGone ? undefined : messageOf(error) }
  } finally {
    await file?.close()
  }
}

interface Identity {
  readonly dev: number
  readonly ino: number
  readonly fingerprint: string
  readonly sizeBytes: number
}

async function unpack(file: FileHandle, from: Cursor, identity: Identity, options: ReadCompressedOptions): Promise<ReadResult> {
  const { budgetBytes = BUDGET_BYTES, maxLineBytes = MAX_LINE_BYTES } = options
  const normaliser = normaliserOf(from.agent)
  const state = from.state === undefined ? normaliser.start(from) : structuredClone(from.state)
  const reader = new LineReader(normaliser, from, state)
  let passOver = from.offset
  let offset = from.offset
  let inHugeLine = from.inHugeLine
  let hugeLines = 0
  let line: Buffer[] = []
  let lineBytes = 0
  let problem: string | undefined
  let status: ReadResult["status"] = "end"
  try {
    for await (const chunk of unpackZstd(file, identity.sizeBytes)) {
      const bytes = chunk.subarray(Math.min(passOver, chunk.length))
      passOver -= chunk.length - bytes.length
      const linesEnd = bytes.lastIndexOf(0x0a) + 1
      if (linesEnd > 0) {
        const first = inHugeLine ? bytes.indexOf(0x0a) + 1 : 0
        const whole = line.length === 0 ? bytes.subarray(first, linesEnd) : Buffer.concat([...line, bytes.subarray(first, linesEnd)])
        reader.readCopy(whole)
        offset += lineBytes + linesEnd
        inHugeLine = false
        line = []
        lineBytes = 0
      }
      const rest = bytes.subarray(linesEnd)
      if (inHugeLine) offset += rest.length
      else if (rest.length > 0) {
        line.push(rest)
        lineBytes += rest.length
      }
      if (lineBytes >= maxLineBytes) {
        hugeLines++
        inHugeLine = true
        offset += lineBytes
        line = []
        lineBytes = 0
      }
      if (offset - from.offset >= budgetBytes) {
        status = "more"
        break
      }
    }
  } catch (error) {
    status = "failed"
    problem = messageOf(error)
  }
  if (status === "end") {
    // Nobody will write on: a last line without a newline is a line.
    if (lineBytes > 0) reader.readCopy(Buffer.concat(line))
    offset += lineBytes
    reader.atEnd()
  }
  const { dev, ino, fingerprint, sizeBytes } = identity
  const next = { ...from, dev, ino, fingerprint, offset, inHugeLine, state, quietSize: status === "end" ? sizeBytes : 0 }
  return {
    cursor: status === "failed" ? from : next,
    status,
    facts: reader.facts,
    sizeBytes,
    bytesRead: status === "end" ? sizeBytes : 0,
    lines: reader.lines,
    badLines: reader.badLines,
    hugeLines,
    unknownLines: reader.unknownLines,
    restarted: undefined,
    tailBytes: 0,
    problem: problem ?? reader.problem,
  }
}

function nothing(cursor: Cursor): ReadResult {
  return {
    cursor,
    status: "end",
    facts: [],
    sizeBytes: 0,
    bytesRead: 0,
    lines: 0,
    badLines: 0,
    hugeLines: 0,
    unknownLines: 0,
    restarted: undefined,
    tailBytes: 0,
    problem: undefined,
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
