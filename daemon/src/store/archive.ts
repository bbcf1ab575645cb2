// Requests and calls on disk, read when they are needed: those of one conversation, or where the one of a key is kept.

import type { DatabaseSync } from "node:sqlite"
import type { PriceFactors } from "../domain/usage.ts"
import type { StoredEntry } from "../model/stored-entry.ts"
import type { Archive, KeyedEntry } from "../model/stored-world.ts"
import type { Piece } from "./batch.ts"
import { DamagedError } from "./damage.ts"
import { type EntryNames, mergePieces, readEntry, skipEntry } from "./entry-codec.ts"
import { KeyIndex } from "./key-index.ts"
import type { Names } from "./names.ts"
import { eachPackedSample } from "./samples-codec.ts"
import { PackedReader } from "./packed-bytes.ts"
import { statusChangeOf } from "./status-change-row.ts"

export interface ArchiveOptions {
  readonly database: DatabaseSync
  readonly names: Names
  /** Hears of what cannot be read; it is taken for not there. */
  readonly onDamage: (error: unknown) => void
}

type Homes = Readonly<Record<KeyedEntry, KeyIndex>>

const noHomes = (): Homes => ({ request: new KeyIndex(), call: new KeyIndex(), answer: new KeyIndex() })

export interface FollowedArchive extends Archive {
  /** These were written behind all others. */
  written(pieces: readonly Piece[]): void
}

export function createArchive({ database, names, onDamage }: ArchiveOptions): FollowedArchive {
  const piecesOf = database.prepare("SELECT entries FROM pieces WHERE conversation = ? ORDER BY id")
  const changesOf = database.prepare("SELECT * FROM status_changes WHERE session = ? ORDER BY id DESC LIMIT ?")
  const samplesOf = database.prepare("SELECT samples FROM summaries WHERE conversation = ?")
  const allFactors = new Map<number, PriceFactors>()
  const entryNames: EntryNames = {
    // A name that is gone was a purged conversation's.
    text: (number) => names.text(number) ?? "",
    factors(number) {
      let factors = allFactors.get(number)
      if (factors === undefined) allFactors.set(number, (factors = JSON.parse(names.text(number) ?? "{}") as PriceFactors))
      return factors
    },
  }
  let index: Homes | undefined

  function read<T>(work: () => T, otherwise: T): T {
    try {
      return work()
    } catch (error) {
      onDamage(error instanceof RangeError || error instanceof SyntaxError ? new DamagedError(error.message, { cause: error }) : error)
      return otherwise
    }
  }

  function entriesOf(conversation: number): StoredEntry[] {
    const pieces = piecesOf.all(conversation).map((row) => row["entries"] as Uint8Array)
    if (pieces.length === 0) return []
    const reader = new PackedReader(mergePieces(pieces))
    const entries: StoredEntry[] = []
    while (!reader.isDone) entries.push(readEntry(reader, entryNames))
    return entries.filter((entry) => !("conversationId" in entry) || entry.conversationId !== "")
  }

  function buildIndex(): Homes {
    const built = noHomes()
    for (const row of database.prepare("SELECT conversation, entries FROM pieces ORDER BY id").iterate()) {
      addPiece(built, { conversation: Number(row["conversation"]), entries: row["entries"] as Uint8Array })
    }
    return built
  }

  function addPiece(built: Homes, { conversation: home, entries }: Piece): void {
    const reader = new PackedReader(entries)
    while (!reader.isDone) {
      const { what, key, isLeft } = skipEntry(reader)
      // Its key names its conversation: nobody asks.
      if (what === "interval") continue
      if (what === "request") leaveAnswerBehind(built, key, home, isLeft)
      if (isLeft) built[what].leave(key, home)
      // Nearly all answers are where their requests are, which come first.
      else if (what === "answer" && built.request.get(key) === home && built.answer.get(key) === 0) continue
      else built[what].set(key, home)
    }
  }

  /** A request that goes elsewhere no longer tells where its answer is. */
  function leaveAnswerBehind({ request, answer }: Homes, key: number, home: number, isLeft: boolean): void {
    const before = request.get(key)
    const goes = isLeft ? before === home : before !== 0 && before !== home
    if (goes && answer.get(key) === 0) answer.set(key, before)
  }

  return {
    home(what, key) {
      index ??= read(buildIndex, noHomes())
      const home = index[what].get(key) || (what === "answer" ? index.request.get(key) : 0)
      return home === 0 ? undefined : names.text(home)
    },
    written(pieces) {
      if (index !== undefined) for (const piece of pieces) addPiece(index, piece)
    },
    entries(conversationId) {
      const number = names.known(conversationId)
      return number === undefined ? [] : read(() => entriesOf(number), [])
    },
    samples(conversationId) {
      const packed = samplesOf.get(names.known(conversationId) ?? 0)?.["samples"]
      if (!(packed instanceof Uint8Array)) return undefined
      return { each: (since, visit) => read(() => eachPackedSample(packed, (name) => entryNames.text(name), since, visit), undefined) }
    },
    statusChanges(sessionId, limit) {
      return read(
        () =>
          changesOf
            .all(sessionId, limit)
            .toReversed()
            .map((row) => statusChangeOf(row, names)),
        [],
      )
    },
  }
}
