// A client's copy of the daemon's metrics, kept by applying the messages of a metrics watch: one row per conversation,
// found by conversation and by the session that is or was in it.

import type { FirstRead } from "./gen/vibecraft/v1/common_pb.ts"
import type { Metrics } from "./gen/vibecraft/v1/metrics_pb.ts"
import type { WatchMetricsResponse } from "./gen/vibecraft/v1/metrics_service_pb.ts"

/** What one message touched: rows new, changed or gone, and every session such a row belongs or belonged to. */
export interface MetricsChange {
  readonly conversationIds: ReadonlySet<string>
  readonly sessionIds: ReadonlySet<string>
}

/** Rows by conversation id. Messages are idempotent: applying one twice leaves the same replica. */
export class MetricsReplica {
  #byConversation = new Map<string, Metrics>()
  #bySession = new Map<string, Set<string>>()
  #rows: readonly Metrics[] | undefined
  #firstRead: FirstRead | undefined

  /** Applies one message and answers what it touched. A snapshot replaces everything. */
  apply(message: WatchMetricsResponse): MetricsChange {
    const change = { conversationIds: new Set<string>(), sessionIds: new Set<string>() }
    const { event } = message
    switch (event.case) {
      case "snapshot":
        for (const id of this.#byConversation.keys()) this.#delete(id, change)
        this.#firstRead = event.value.firstRead
        for (const row of event.value.metrics) this.#set(row, change)
        break
      case "updated":
        for (const row of event.value.metrics) this.#set(row, change)
        break
      case "ended":
        for (const id of event.value.conversationIds) this.#delete(id, change)
        break
      case "firstRead":
        this.#firstRead = event.value
        break
      default:
        break
    }
    if (change.conversationIds.size > 0) this.#rows = undefined
    return change
  }

  /** All rows, in the order of the snapshot, later ones after them. The same array until something changes. */
  rows(): readonly Metrics[] {
    this.#rows ??= [...this.#byConversation.values()]
    return this.#rows
  }

  ofConversation(conversationId: string): Metrics | undefined {
    return this.#byConversation.get(conversationId)
  }

  /** The rows of all conversations a session is or was in; empty when there is none. */
  ofSession(sessionId: string): readonly Metrics[] {
    const rows: Metrics[] = []
    for (const id of this.#bySession.get(sessionId) ?? []) {
      const row = this.#byConversation.get(id)
      if (row !== undefined) rows.push(row)
    }
    return rows
  }

  /** How far the daemon's first read is. Undefined before the first message. */
  get firstRead(): FirstRead | undefined {
    return this.#firstRead
  }

  #set(row: Metrics, change: { conversationIds: Set<string>; sessionIds: Set<string> }): void {
    const before = this.#byConversation.get(row.conversationId)
    if (before !== undefined && before.sessionId !== row.sessionId) this.#unlink(before, change)
    this.#byConversation.set(row.conversationId, row)
    const siblings = this.#bySession.get(row.sessionId)
    if (siblings === undefined) this.#bySession.set(row.sessionId, new Set([row.conversationId]))
    else siblings.add(row.conversationId)
    change.conversationIds.add(row.conversationId)
    change.sessionIds.add(row.sessionId)
  }

  #delete(conversationId: string, change: { conversationIds: Set<string>; sessionIds: Set<string> }): void {
    const row = this.#byConversation.get(conversationId)
    if (row === undefined) return
    this.#byConversation.delete(conversationId)
    this.#unlink(row, change)
    change.conversationIds.add(conversationId)
  }

  #unlink(row: Metrics, change: { sessionIds: Set<string> }): void {
    const siblings = this.#bySession.get(row.sessionId)
    siblings?.delete(row.conversationId)
    if (siblings?.size === 0) this.#bySession.delete(row.sessionId)
    change.sessionIds.add(row.sessionId)
  }
}
