// A store under a world whose writer writes at once, fails when it is told to, and crashes: for tests of what comes back.

import { DatabaseSync } from "node:sqlite"
import { create } from "@bufbuild/protobuf"
import { HostSchema } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { AgentSeen, RequestSeen, TranscriptFact } from "../domain/facts.ts"
import { NO_USAGE } from "../domain/usage.ts"
import { Diagnostics } from "../model/diagnostics.ts"
import { createPriceBook } from "../model/prices/price-book.ts"
import { World } from "../model/world.ts"
import type { WorldOptions } from "../model/world-options.ts"
import { createBatchWriter } from "./apply-batch.ts"
import { configure, PAGES_TO_WRITE_KIB } from "./configure.ts"
import { purge } from "./maintenance.ts"
import { openStore, type Store } from "./store.ts"
import { StoreWriteError, type Writer } from "./writer.ts"

export const START_MS = Date.UTC(2026, 10, 1)
/** Long after: conversations sleep through a restart unless something is heard of them. */
export const NOW_MS = START_MS + 90 * 86_400_000

export const HEADS: readonly TranscriptFact[] = ["one", "two", "three"].map((id) => ({
  kind: "conversation-seen",
  conversationId: id,
  agent: "claude",
}))

export function newWorld(more: Partial<WorldOptions> = {}): World {
  return new World({ host: create(HostSchema, { id: "h" }), prices: createPriceBook(), now: () => NOW_MS, ...more })
}

/** Writes at once, and fails before the step of this number; 0 never does. */
function localWriter(path: string, failAt: () => number): Writer {
  const database = new DatabaseSync(path)
  configure(database, PAGES_TO_WRITE_KIB)
  let steps = 0
  const batches = createBatchWriter(database, () => {
    if (++steps === failAt()) throw new Error("the power went off")
  })
  return {
    async ask(asked) {
      steps = 0
      try {
        if (asked.kind === "write") batches.apply(asked.batch)
        if (asked.kind === "purge") purge(database, asked)
      } catch (error) {
        throw new StoreWriteError(String(error), false)
      }
    },
    async close() {
      database.close()
    },
  }
}

interface Run {
  readonly world: World
  readonly store: Store
  readonly diagnostics: Diagnostics
  /** Facts of the file that the store has seen. */
  readonly from: number
  /** From now on nothing of it reaches the disk. */
  crash(): void
}

export function start(path: string, failAt: () => number = () => 0, pricesKey = "p", more: Partial<WorldOptions> = {}): Run {
  const diagnostics = new Diagnostics()
  let writer: Writer | undefined
  let isDead = false
  const lazy: Writer = {
    ask: (asked) => (isDead ? new Promise(() => {}) : (writer ??= localWriter(path, failAt)).ask(asked)),
    close: async () => writer?.close(),
  }
  const store = openStore({ path, pricesKey, diagnostics, now: () => NOW_MS, delayMs: 0, writer: lazy })
  const world = newWorld(more)
  store.attach(world)
  world.setFirstRead({ bytesRead: 0, bytesTotal: 0, files: 0, done: true })
  const state = store.readings.find("/file", 1, 1)?.state as { readonly from: number } | undefined
  return { world, store, diagnostics, from: state?.from ?? 0, crash: () => void (isDead = true) }
}

const FILE = {}

export function feed({ world, store }: Run, facts: readonly TranscriptFact[], end: number): void {
  world.apply(facts)
  store.readings.note(FILE, () => ({ path: "/file", dev: 1, ino: 1, state: { from: end } }))
}

/** An agent that says itself in which conversation it is. */
export function seen(id: string, seenMs: number, more: Partial<AgentSeen> = {}): AgentSeen {
  return {
    kind: "agent-seen",
    sessionId: "s",
    timeMs: seenMs,
    agent: "claude",
    role: "interactive",
    pid: 7,
    startedMs: START_MS,
    command: "claude",
    suspended: false,
    conversationHints: [
      {
        conversationId: id,
        trust: "authoritative",
        evidence: { field: "conversation_id", source: "registry", detail: "", confidence: "confirmed", timeMs: START_MS },
      },
    ],
    evidence: [],
    ...more,
  }
}

/** A request in the first conversation. */
export function request(key: string): RequestSeen {
  const usage = { ...NO_USAGE, input: 10, output: 20 }
  return {
    kind: "request-seen",
    conversationId: "one",
    timeMs: START_MS,
    key,
    requestId: `r${key}`,
    sidechain: false,
    model: "claude-opus-5-5",
    usage,
  }
}
