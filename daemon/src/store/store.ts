// The daemon's memory over restarts. What is folded is written by a thread of its own, a fraction of a second later, as it then is: nothing is
// queued but one message, and whatever happens meanwhile is in the next.

import type { DatabaseSync } from "node:sqlite"
import type { FileReadings } from "../domain/file-reading.ts"
import type { CorrectionRecord } from "../model/corrections.ts"
import type { CorrectionJournal } from "../model/correction-desk.ts"
import type { Diagnostics } from "../model/diagnostics.ts"
import type { ConversationSummary } from "../model/stored-world.ts"
import type { StorePort } from "../model/store-port.ts"
import type { World } from "../model/world.ts"
import { loadActivities } from "./activity-rows.ts"
import { createArchive } from "./archive.ts"
import type { Batch } from "./batch.ts"
import { buildBatch, isEmpty } from "./batch-builder.ts"
import { createCursorBook } from "./cursor-book.ts"
import { markDamaged } from "./damage.ts"
import { toJson } from "./json.ts"
import { type LoadedWorld, loadWorld } from "./load-world.ts"
import { openDatabase } from "./open-database.ts"
import { createStoreDesk } from "./store-desk.ts"
import { createWriter, StoreWriteError, type Writer } from "./writer.ts"

export interface StoreOptions {
  /** Of the database. */
  readonly path: string
  /** Stands for the prices in force: other prices make all sums anew. */
  readonly pricesKey: string
  readonly diagnostics: Diagnostics
  /** Unix milliseconds. */
  readonly now: () => number
  /** Time from a change to its writing. Default 150. */
  readonly delayMs?: number
  /** How long closing may go on writing sums; conversations left over have theirs made in the next run. Default 400. */
  readonly lastSumsMs?: number
  /** Default: a thread. */
  readonly writer?: Writer
}

export interface Store {
  /** How far files have been read. */
  readonly readings: FileReadings
  readonly journal: CorrectionJournal
  /** Made by hand, oldest first. */
  readonly corrections: readonly CorrectionRecord[]
  /** Brings an empty world back to where it was, and follows it from then on. */
  attach(world: World): void
  /** Writes sums of conversations that have been quiet, some at a time, and lets go what is on disk of those that have been silent for long. */
  settle(): Promise<void>
  /** Resolves when all that is folded by now is written; waits as long as it cannot be. */
  written(): Promise<void>
  readonly state: StoreState
  /** What people may ask of it. */
  readonly desk: StorePort
  /** Writes what is left, sums as far as there is time for them, and closes. */
  close(): Promise<void>
}

export interface StoreState {
  readonly path: string
  /** Bytes of transcripts read so far, over all runs. */
  readonly bytesRead: number
  /** Whether something folded is not written yet. */
  readonly isBehind: boolean
}

const DELAY_MS = 150
/** Putting a message together takes the main thread at most this share of its time. */
const BUILD_SHARE = 1 / 25
/** A conversation that changes gets new sums when it has been quiet for so long. */
const QUIET_MS = 20_000
/** Sums written at once: more would hold up the main thread. */
const SUMS_AT_ONCE = 25
/** Closing writes sums for so long; conversations that are left without get theirs in the next run. */
const LAST_SUMS_MS = 400
const RETRY_MS = 5_000

/** Opens or makes the database. Throws StoreTooNewError; whatever else is wrong is said in the diagnostics, and the daemon goes on without. */
export function openStore(options: StoreOptions): Store {
  const { path, diagnostics, now } = options
  let loaded: LoadedWorld | undefined
  const opened = openDatabase(path, now(), (database) => (loaded = loadWorld(database, options.pricesKey)))
  const database: DatabaseSync = opened.database
  /** Until a world has taken it over. */
  let stored: LoadedWorld | undefined = loaded ?? loadWorld(database, options.pricesKey)
  loaded = undefined
  const { names, corrections, bytesRead: bytesReadBefore } = stored
  const writer = options.writer ?? createWriter(path)
  const archive = createArchive({ database, names, onDamage })
  const cursors = createCursorBook({ database, onDamage })
  /** Conversations whose sums are not written, and when they were last active. */
  const unsummed = new Map<string, number>()
  let world: World | undefined
  let timer: NodeJS.Timeout | undefined
  let sumsTimer: NodeJS.Timeout | undefined
  let flushing: Promise<void> | undefined
  let unwritten: Batch | undefined
  let isBehind = false
  let buildMs = 0
  let isClosed = false
  let waiting: (() => void)[] = []

  if (opened.setAside !== undefined) {
    const { setAside } = opened
    diagnostics.problem("store damaged", path, `${setAside.reason}; it was moved to ${setAside.path} and is made anew from the transcripts`)
  }
  if (opened.unusable === undefined) sayHealth("ok", "")
  else notWritable(opened.unusable)

  function sayHealth(health: "ok" | "degraded" | "failed", detail: string): void {
    diagnostics.source({ kind: "store", name: path, health, detail, seenMs: now() })
  }

  function notWritable(reason: string): void {
    diagnostics.problem("store not writable", path, `${reason}; history is kept in memory and written as soon as that is possible`)
    sayHealth("failed", reason)
  }

  function onDamage(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    markDamaged(path)
    diagnostics.problem("store damaged", path, `${reason}; the next start sets it aside and reads all transcripts again`)
    sayHealth("degraded", reason)
  }

  function poke(delayMs = options.delayMs ?? Math.max(DELAY_MS, buildMs / BUILD_SHARE)): void {
    isBehind = true
    if (isClosed || timer !== undefined || flushing !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      void flush([])
    }, delayMs)
  }

  /** Writes all that changed, and the sums of these conversations. Never rejects. */
  function flush(sumsOf: readonly string[]): Promise<void> {
    flushing ??= write(sumsOf).finally(() => {
      flushing = undefined
      if (isBehind) poke(unwritten === undefined ? undefined : RETRY_MS)
      else for (const done of waiting.splice(0)) done()
    })
    return flushing
  }

  async function write(sumsOf: readonly string[]): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    if (unwritten !== undefined && !(await send(unwritten))) return
    const startedMs = performance.now()
    const batch = nextBatch(sumsOf)
    buildMs = performance.now() - startedMs
    if (!isEmpty(batch)) await send(batch)
  }

  function nextBatch(sumsOf: readonly string[]): Batch {
    isBehind = false
    const summaries = new Map<string, ConversationSummary>()
    const changes = world?.history.take() ?? NO_CHANGES
    for (const id of [...changes.entries.keys(), ...changes.staleSummaries]) {
      // Of a history just read most was over long ago.
      if (id !== "") unsummed.set(id, Math.min(now(), changes.conversations.get(id)?.lastMs ?? now()))
    }
    for (const id of sumsOf) {
      const summary = world?.history.summaryOf(id)
      unsummed.delete(id)
      if (summary !== undefined) summaries.set(id, summary)
    }
    return buildBatch(names, { changes, summaries, ...cursors.take(), bytesRead: bytesRead(), nowMs: now() })
  }

  /** Answers whether it was written; what was not is kept and tried again. */
  async function send(batch: Batch): Promise<boolean> {
    try {
      await writer.ask({ kind: "write", batch })
    } catch (error) {
      unwritten = batch
      isBehind = true
      if (error instanceof StoreWriteError && error.isDamage) onDamage(error)
      else notWritable(error instanceof Error ? error.message : String(error))
      return false
    }
    if (unwritten !== undefined) sayHealth("ok", "")
    unwritten = undefined
    archive.written(batch.pieces)
    world?.history.resting.sumsWritten(batch.summaries.flatMap(({ id }) => names.text(id) ?? []))
    return true
  }

  function bytesRead(): number {
    return bytesReadBefore + diagnostics.counters.bytesRead
  }

  function state(): StoreState {
    return { path, bytesRead: bytesRead(), isBehind: isBehind || flushing !== undefined }
  }

  async function settle(): Promise<void> {
    const before = now() - QUIET_MS
    const quiet = [...unsummed].filter(([, changedMs]) => changedMs <= before).slice(0, SUMS_AT_ONCE)
    if (quiet.length > 0 && flushing === undefined && world?.firstRead().done === true) await flush(quiet.map(([id]) => id))
    clearTimeout(sumsTimer)
    if (isClosed) return
    world?.history.rest(now())
    sumsTimer = setTimeout(() => void settle(), quiet.length === SUMS_AT_ONCE ? 100 : QUIET_MS / 4)
    sumsTimer.unref()
  }

  const desk = createStoreDesk({
    database,
    names,
    writer,
    world: () => world,
    state,
    async flush() {
      await flushing
      await flush([])
      return unwritten === undefined
    },
    onPurged(ids) {
      for (const id of ids) {
        unsummed.delete(id)
        names.forget(id)
      }
    },
  })

  return {
    readings: {
      find: (transcript, dev, ino) => cursors.find(transcript, dev, ino),
      note(file, reading) {
        cursors.note(file, reading)
        poke()
      },
    },
    corrections,
    journal: {
      async save(record) {
        const { id, conversationId } = record
        await writer.ask({ kind: "correction", id, conversationId, state: toJson(record) })
      },
    },
    attach(attached) {
      if (stored === undefined) throw new Error("a store is attached once")
      attached.restore({ ...stored, activities: loadActivities({ database, names, onDamage }) }, archive)
      world = attached
      for (const [id] of stored.conversations) if (!stored.hasSummary(id)) unsummed.set(id, 0)
      stored = undefined
      attached.subscribe(() => {
        if (attached.history.hasChanges) poke()
      })
      void settle()
    },
    settle,
    async written() {
      if (!isBehind && flushing === undefined) return
      const written = new Promise<void>((resolve) => waiting.push(resolve))
      // Whoever asks waits for it: no sooner is too late.
      if (unwritten === undefined) void flush([])
      await written
    },
    get state() {
      return state()
    },
    desk,
    async close() {
      if (isClosed) return
      isClosed = true
      clearTimeout(timer)
      clearTimeout(sumsTimer)
      await flushing
      await flush([])
      const endMs = performance.now() + (options.lastSumsMs ?? LAST_SUMS_MS)
      while (unsummed.size > 0 && unwritten === undefined && performance.now() < endMs)
        await flush([...unsummed.keys()].slice(0, SUMS_AT_ONCE))
      await writer.close()
      database.close()
      for (const done of waiting.splice(0)) done()
    },
  }
}

const NO_CHANGES = {
  conversations: new Map(),
  entries: new Map(),
  staleSummaries: [],
  sessions: new Map(),
  statusChanges: [],
  limits: undefined,
  activities: undefined,
}
