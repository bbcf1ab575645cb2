// Turns facts and what happens to sessions into activities. Each is known by a key made of what tells of it, so that a line read again, or a
// fork's copy of it, is the same activity.

import type { ToolEnded, ToolStarted, TranscriptFact, TurnEnded, TurnStarted } from "../domain/facts.ts"
import type { Activity, ActivityChanges, ActivityKind, StoredActivities } from "./activity.ts"
import { ActivityRing, type ActivityRingOptions } from "./activity-ring.ts"
import type { Conversation } from "./conversation.ts"
import { keyHash } from "./key-hash.ts"
import type { SessionState } from "./session-state.ts"
import type { StatusReading, StatusWord } from "./status.ts"
import { durationOf } from "./tool-call.ts"
import type { ToolCalls } from "./tool-calls.ts"

export interface ActivityLogOptions extends ActivityRingOptions {
  readonly tools: ToolCalls
}

type Entry = Omit<Activity, "id" | "key" | "kind" | "timeMs" | "isSaved">

/** A session that waited and is one of these has not been answered, as far as is known. */
const UNANSWERED: ReadonlySet<StatusWord> = new Set(["unknown", "offline", "ended"])

export class ActivityLog {
  readonly ring: ActivityRing
  readonly #tools: ToolCalls
  /** Waits without an answer, by session. */
  readonly #waits = new Map<string, Activity>()
  /** Whether those of an earlier run are among them. */
  #hasWaits = false
  #isHeld = true
  readonly #listeners = new Set<(news: readonly Activity[]) => void>()

  constructor(options: ActivityLogOptions) {
    this.ring = new ActivityRing(options)
    this.#tools = options.tools
  }

  /** Call after a fact of a transcript is folded. `turnStartedMs`: when the turn started that was open before it. */
  see(fact: TranscriptFact, conversation: Conversation, turnStartedMs: number | undefined): void {
    if (!("timeMs" in fact) || !this.ring.wants(fact.timeMs)) return
    switch (fact.kind) {
      case "tool-started":
      case "tool-ended":
        this.#call(fact)
        break
      case "turn-started":
        this.#turnStarted(fact, conversation)
        break
      case "turn-ended":
        this.#turnEnded(fact, conversation, turnStartedMs)
        break
      case "api-error-seen":
        this.#add("api-error", fact.key, fact.timeMs, { ...who(fact), title: fact.error, isRetried: !fact.final })
        break
      case "hook-failed":
        this.#add("hook-failure", fact.key, fact.timeMs, { ...who(fact), title: fact.hook, durationMs: fact.durationMs })
        break
      case "compacted":
        this.#add("compaction", fact.key, fact.timeMs, { ...who(fact), title: fact.trigger, durationMs: fact.durationMs })
        break
      case "request-seen":
        if (fact.switchedFrom === undefined || fact.subagentId !== undefined || fact.sidechain) break
        this.#add("model-switch", fact.key, fact.timeMs, { ...who(fact), title: `${fact.switchedFrom} → ${fact.model}` })
        break
      default:
    }
  }

  /** A process was seen for the first time. */
  discovered({ id, process, discoveredMs }: SessionState): void {
    this.#add("discovered", id, discoveredMs, { sessionId: id, title: process?.command })
  }

  /** A session's process is gone. */
  gone({ id, conversationId, gone }: SessionState): void {
    if (gone === undefined) return
    this.#recallWaits()
    this.#add("gone", `${id} ${gone.timeMs}`, gone.timeMs, { sessionId: id, conversationId, title: gone.reason })
    this.#waits.delete(id)
  }

  /** A session's status is another, or it waits for something else. */
  statusChanged({ id, conversationId, statusSinceMs, process }: SessionState, reading: StatusReading): void {
    if (process === undefined) return
    this.#recallWaits()
    const { status, reason } = reading
    const wait = this.#waits.get(id)
    const of = { sessionId: id, conversationId, status }
    const isSame = status === "waiting" && wait?.title === reason
    if (wait !== undefined && !isSame && (status === "waiting" || !UNANSWERED.has(status))) {
      this.#waits.delete(id)
      const durationMs = Math.max(0, statusSinceMs - wait.timeMs)
      this.#add("answer", `${id} ${wait.timeMs}`, statusSinceMs, { ...of, title: wait.title, durationMs })
    }
    if (status !== "waiting" || isSame) return
    const added = this.#add("wait", `${id} ${statusSinceMs}`, statusSinceMs, { ...of, title: reason })
    if (added !== undefined) this.#waits.set(id, added)
  }

  /** Publishes what is new. Until the first read is done all of it is held back, to be published in the order of time. */
  publish(): void {
    if (this.#isHeld) return
    const news = this.ring.publish()
    if (news.length > 0) for (const listener of this.#listeners) listener(news)
  }

  /** The first read is done: what was found is published. */
  release(): void {
    this.#isHeld = false
    this.publish()
  }

  /** Calls back with what is published from now on, oldest first. */
  subscribe(listener: (news: readonly Activity[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  restore(stored: StoredActivities): void {
    this.ring.restore(stored)
  }

  forget(conversationIds: ReadonlySet<string>): void {
    this.ring.forget(({ conversationId }) => conversationId !== undefined && conversationIds.has(conversationId))
  }

  takeUnsaved(): ActivityChanges | undefined {
    return this.ring.takeUnsaved()
  }

  /** Waits that an earlier run has seen the begin of. */
  #recallWaits(): void {
    if (this.#hasWaits) return
    this.#hasWaits = true
    for (const activity of this.ring.forwards(0)) {
      const { kind, sessionId } = activity
      if (sessionId === undefined) continue
      if (kind === "wait") this.#waits.set(sessionId, activity)
      else if (kind === "answer" || kind === "gone") this.#waits.delete(sessionId)
    }
  }

  /** Both ends of a call, as far as they are known by now. */
  #call(fact: ToolStarted | ToolEnded): void {
    const call = this.#tools.callOf(fact.callId)
    if (call === undefined) return
    const { conversationId, subagentId, startMs, endMs, outcome, target } = call
    const title = call.name === "" ? undefined : call.name
    const of = { conversationId, subagentId, title, target, callId: fact.callId }
    if (fact.kind === "tool-started" && startMs !== undefined) this.#addOrRevise("tool-start", fact.callId, startMs, of)
    // What goes on in the background has not ended; where its end is written it is known then.
    if (endMs === undefined || outcome === undefined || outcome === "background") return
    this.#addOrRevise("tool-end", fact.callId, endMs, { ...of, outcome, durationMs: durationOf(call) })
  }

  #turnStarted(fact: TurnStarted, conversation: Conversation): void {
    const isSubagent = isOfSubagent(fact, conversation)
    const { timeMs, prompt } = fact
    const entry = { ...who(fact), ...(prompt === undefined || isSubagent ? {} : { prompt }) }
    this.#addOrRevise(isSubagent ? "subagent-start" : "prompt", turnKey(fact), timeMs, entry)
  }

  #turnEnded(fact: TurnEnded, conversation: Conversation, turnStartedMs: number | undefined): void {
    const startedMs = fact.startedMs ?? turnStartedMs
    const durationMs = startedMs === undefined || startedMs > fact.timeMs ? fact.durationMs : fact.timeMs - startedMs
    const kind = isOfSubagent(fact, conversation) ? "subagent-end" : "stop"
    this.#add(kind, endKey(fact), fact.timeMs, { ...who(fact), title: fact.reason, durationMs })
  }

  #addOrRevise(kind: ActivityKind, of: string, timeMs: number, entry: Entry): void {
    const known = this.ring.get(keyOf(kind, of))
    if (known === undefined) this.#add(kind, of, timeMs, entry)
    else this.ring.revise(known, revisionOf(entry))
  }

  /** Undefined where it is there already, or too old. */
  #add(kind: ActivityKind, of: string, timeMs: number, entry: Entry): Activity | undefined {
    const activity: Activity = { key: keyOf(kind, of), id: 0, timeMs, kind, isSaved: false, ...entry }
    return this.ring.add(activity) ? activity : undefined
  }
}

function keyOf(kind: ActivityKind, of: string): number {
  return keyHash(`${kind} ${of}`)
}

function who({ conversationId, subagentId }: { readonly conversationId: string; readonly subagentId?: string }) {
  return { conversationId, subagentId }
}

function turnKey({ conversationId, subagentId, timeMs }: TurnStarted | TurnEnded): string {
  return `${conversationId} ${subagentId ?? ""} ${timeMs}`
}

/** Several lines may tell of one end, the last one of what ran until then: the first is when the agent stopped. */
function endKey(fact: TurnEnded): string {
  return fact.startedMs === undefined ? turnKey(fact) : `${turnKey({ ...fact, timeMs: fact.startedMs })} end`
}

/** Codex gives each subagent a conversation of its own. */
function isOfSubagent(fact: TurnStarted | TurnEnded, { meta }: Conversation): boolean {
  return fact.subagentId !== undefined || meta.parentConversationId !== undefined
}

/** What is not said now leaves what was said before. */
function revisionOf({ title, durationMs, outcome, prompt, target }: Entry) {
  return Object.fromEntries(Object.entries({ title, durationMs, outcome, prompt, target }).filter(([, value]) => value !== undefined))
}
