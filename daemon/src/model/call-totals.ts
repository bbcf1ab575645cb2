// What calls come to by tool, for each conversation: kept up from when somebody asks, or as a store kept it of calls that are not in memory.

import type { StoredCall } from "./stored-entry.ts"
import type { ToolCall } from "./tool-call.ts"
import { addCall, addEnd, packTotals, type ToolTotals, unpackTotals } from "./tool-totals.ts"

/** What is kept of a conversation's calls where they are not in memory themselves; plain data, and little of it, for there are many. */
export interface KeptCalls {
  readonly calls: number
  /** As `packTotals` writes them. */
  readonly totals: string
  readonly open: readonly StoredCall[]
}

const NONE_OPEN: readonly StoredCall[] = []

export class CallTotals {
  readonly #callsOf: (conversationId: string) => readonly ToolCall[]
  /** Those that were asked for, kept up while calls start and end for the first time; after any other change they are summed up anew. */
  readonly #asked = new Map<string, Map<string, ToolTotals>>()
  readonly #kept = new Map<string, KeptCalls>()
  #keptCalls = 0

  constructor(callsOf: (conversationId: string) => readonly ToolCall[]) {
    this.#callsOf = callsOf
  }

  /** Calls that are not in memory. */
  get keptCalls(): number {
    return this.#keptCalls
  }

  /** Conversations whose calls are not in memory. */
  get keptConversations(): number {
    return this.#kept.size
  }

  isKept(conversationId: string): boolean {
    return this.#kept.has(conversationId)
  }

  /** By tool. They change as calls do: read them at once. */
  of(conversationId: string): ReadonlyMap<string, ToolTotals> {
    const kept = this.#kept.get(conversationId)
    if (kept !== undefined) return unpackTotals(kept.totals)
    let totals = this.#asked.get(conversationId)
    if (totals === undefined) {
      this.#asked.set(conversationId, (totals = new Map()))
      for (const call of this.#callsOf(conversationId)) addCall(totals, call)
    }
    return totals
  }

  added(call: ToolCall): void {
    const totals = this.#asked.get(call.conversationId)
    if (totals !== undefined) addCall(totals, call)
  }

  /** A call that was counted has ended. */
  ended(call: ToolCall): void {
    const totals = this.#asked.get(call.conversationId)?.get(call.name)
    if (totals === undefined) this.changed(call.conversationId)
    else addEnd(totals, call)
  }

  /** Calls of a conversation are not what they were. */
  changed(conversationId: string): void {
    this.#asked.delete(conversationId)
  }

  /** What a store keeps beside the calls themselves, of which these are open. */
  toKeep(conversationId: string, open: () => readonly StoredCall[]): KeptCalls {
    return (
      this.#kept.get(conversationId) ?? {
        calls: this.#callsOf(conversationId).length,
        totals: packTotals(this.of(conversationId)),
        open: open(),
      }
    )
  }

  /** Goes on with what a store keeps alone. */
  restore(conversationId: string, kept: KeptCalls): void {
    this.#asked.delete(conversationId)
    this.#kept.set(conversationId, kept.open.length === 0 ? { ...kept, open: NONE_OPEN } : kept)
    this.#keptCalls += kept.calls - kept.open.length
  }

  /** The calls come into memory, or are forgotten: totals are made of what is there from now on. */
  wake(conversationId: string): void {
    this.#asked.delete(conversationId)
    const kept = this.#kept.get(conversationId)
    if (kept === undefined) return
    this.#kept.delete(conversationId)
    this.#keptCalls -= kept.calls - kept.open.length
  }
}
