// Where corrections are made and taken back: it checks them against what was measured, has them written down before they hold, and takes
// one at a time.

import type { TokenUsage } from "../domain/usage.ts"
import {
  type CorrectionRecord,
  type Corrections,
  differencesOf,
  type SomeTokens,
  sumOf,
  TOKEN_CLASSES,
  type TokenClass,
} from "./corrections.ts"

/** Keeps corrections over restarts. */
export interface CorrectionJournal {
  /** Writes one down, in place of what it has under the same id; resolves once that will survive a crash. */
  save(record: CorrectionRecord): Promise<void>
}

/** A correction to make. */
export interface NewCorrection {
  readonly conversationId: string
  readonly set: SomeTokens
  readonly add: SomeTokens
  readonly note: string
  /** Undefined means the conversation's last one. */
  readonly model: string | undefined
}

/** What is known of a conversation that is to be corrected. */
export interface Measured {
  readonly tokens: TokenUsage
  readonly lastModel: string | undefined
  /** Unix milliseconds; undefined before any activity. */
  readonly lastMs: number | undefined
}

export interface CorrectionDeskOptions {
  readonly corrections: Corrections
  readonly journal: CorrectionJournal
  /** Undefined for a conversation that is not known. */
  readonly measured: (conversationId: string) => Measured | undefined
  /** Called after a correction came to hold or ceased to. */
  readonly onChange: (conversationId: string) => void
  /** Unix milliseconds. */
  readonly now: () => number
}

/** Thrown when a correction makes no sense; the message says what to do. */
export class CorrectionRefusedError extends Error {
  override readonly name = "CorrectionRefusedError"
}

/** Thrown when the conversation or correction meant is not known. */
export class CorrectionUnknownError extends Error {
  override readonly name = "CorrectionUnknownError"
}

const MOST_NOTE_LENGTH = 500
/** More than any account ever used; sums of it stay exact. */
const MOST_TOKENS = 1e12

export class CorrectionDesk {
  readonly #options: CorrectionDeskOptions
  /** The correction in hand; the next one waits for it. */
  #inHand: Promise<unknown> = Promise.resolve()

  constructor(options: CorrectionDeskOptions) {
    this.#options = options
  }

  /** Throws CorrectionRefusedError, CorrectionUnknownError, or what the journal throws; then nothing has changed. */
  correct(wanted: NewCorrection): Promise<CorrectionRecord> {
    return this.#next(() => this.#record(wanted))
  }

  /** Takes a correction back; one that was taken back before is left as it is. Throws like `correct`. */
  undo(id: number): Promise<CorrectionRecord> {
    return this.#next(() => {
      const { corrections, now, measured } = this.#options
      const record = corrections.get(id)
      if (record === undefined) throw new CorrectionUnknownError(`no correction has the number ${id}`)
      if (record.undoneMs !== undefined) return record
      const undone = { ...record, undoneMs: now() }
      const rest = corrections.list(record.conversationId).map((other) => (other.id === id ? undone : other))
      const known = measured(record.conversationId)
      if (known !== undefined) checkSum(known.tokens, rest, "take back later corrections first")
      return undone
    })
  }

  async #next(make: () => CorrectionRecord): Promise<CorrectionRecord> {
    const { corrections, journal, onChange } = this.#options
    const turn = this.#inHand.then(async () => {
      const record = make()
      if (corrections.get(record.id) === record) return record
      await journal.save(record)
      corrections.put([record])
      onChange(record.conversationId)
      return record
    })
    this.#inHand = turn.catch(() => {})
    return turn
  }

  #record({ conversationId, set, add, note, model }: NewCorrection): CorrectionRecord {
    const { corrections, now } = this.#options
    const known = this.#options.measured(conversationId)
    if (known === undefined) throw new CorrectionUnknownError(`no conversation ${JSON.stringify(conversationId.slice(0, 80))}`)
    checkCounts(set, add)
    if (note.trim() === "" || note.length > MOST_NOTE_LENGTH) {
      throw new CorrectionRefusedError(`a correction needs a note of 1..${MOST_NOTE_LENGTH} characters that says why`)
    }
    const record: CorrectionRecord = {
      id: corrections.nextId,
      conversationId,
      set,
      measured: Object.fromEntries(namesIn(set).map((name) => [name, known.tokens[name]])),
      add,
      note: note.trim(),
      model: model ?? known.lastModel ?? "",
      createdMs: now(),
      usageMs: known.lastMs ?? now(),
      undoneMs: undefined,
    }
    checkSum(known.tokens, [...corrections.list(conversationId), record], "ask for less")
    return record
  }
}

/** For a daemon without a store: corrections last as long as it runs. */
export const NO_JOURNAL: CorrectionJournal = { save: async () => {} }

function checkCounts(set: SomeTokens, add: SomeTokens): void {
  const named = [...namesIn(set), ...namesIn(add)]
  if (named.length === 0) throw new CorrectionRefusedError("a correction has to name tokens of some class to set or to add")
  const twice = namesIn(set).find((name) => add[name] !== undefined)
  if (twice !== undefined) throw new CorrectionRefusedError(`${CLASS_NAME[twice]} is both set and added to; choose one`)
  for (const name of named) {
    const count = set[name] ?? add[name] ?? 0
    if (!Number.isSafeInteger(count) || Math.abs(count) > MOST_TOKENS) {
      throw new CorrectionRefusedError(`${CLASS_NAME[name]} has to be a whole number of at most ${MOST_TOKENS}`)
    }
    if (set[name] !== undefined && count < 0) throw new CorrectionRefusedError(`${CLASS_NAME[name]} cannot be set below zero`)
  }
}

/** What was measured and corrected has to be possible: nothing below zero, no more reasoning than output. */
function checkSum(measured: TokenUsage, records: readonly CorrectionRecord[], advice: string): void {
  const sum = sumOf([{ tokens: measured }, ...differencesOf(records)])
  for (const name of TOKEN_CLASSES) {
    if (sum[name] >= 0) continue
    throw new CorrectionRefusedError(`${CLASS_NAME[name]} would be ${sum[name]}; ${advice}`)
  }
  if (sum.reasoning > sum.output) {
    throw new CorrectionRefusedError(`reasoning would be ${sum.reasoning} of ${sum.output} output tokens, which it is a part of; ${advice}`)
  }
}

function namesIn(tokens: SomeTokens): TokenClass[] {
  return TOKEN_CLASSES.filter((name) => tokens[name] !== undefined)
}

/** As the contract writes them. */
const CLASS_NAME: Readonly<Record<TokenClass, string>> = {
  input: "input",
  output: "output",
  reasoning: "reasoning",
  cacheRead: "cache_read",
  cacheWrite5m: "cache_write_5m",
  cacheWrite1h: "cache_write_1h",
}
