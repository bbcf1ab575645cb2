// The daemon's observers and its world without the API, over a simulated world: what is published is read straight from the model, and
// rungs of evidence can be taken away.

import { create } from "@bufbuild/protobuf"
import { HostSchema, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { type Session, Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import type { Simulator } from "../../simulator/simulator.ts"
import { Diagnostics } from "../../src/model/diagnostics.ts"
import { createPriceBook } from "../../src/model/prices/price-book.ts"
import { World } from "../../src/model/world.ts"
import { createDiscovery, type Discovery } from "../../src/observe/discovery/discovery.ts"
import type { Rung } from "../../src/observe/discovery/rungs.ts"
import { createScanPool } from "../../src/observe/discovery/scan-pool.ts"
import { createReadPool } from "../../src/observe/tail/read-pool.ts"
import { createTailer, defaultRoots } from "../../src/observe/tail/tailer.ts"

export interface WorldBed {
  readonly world: World
  readonly discovery: Discovery
  readonly diagnostics: Diagnostics
  /** Sessions whose process runs now, as far as is published. */
  running(): readonly Session[]
  byPid(pid: number): Session | undefined
  /** When a pid was first published as running, by `performance.now()`. */
  firstSeenMs(pid: number): number | undefined
  /** Waits until a condition holds; answers how long, in ms. Fails with what is published when it never does. */
  until(what: string, holds: () => boolean, ceilingMs?: number): Promise<number>
  close(): Promise<void>
}

const isRunning = (session: Session): boolean =>
  session.pid !== undefined && session.status !== Status.OFFLINE && session.status !== Status.ENDED

export const createWorldBed = ({ env, home }: Pick<Simulator, "env" | "home">, without: readonly Rung[] = []): WorldBed => {
  const diagnostics = new Diagnostics()
  const world = new World({ host: create(HostSchema, { id: "h", name: "h" }), prices: createPriceBook(), now: Date.now })
  const scanPool = createScanPool()
  const readPool = createReadPool()
  const apply: World["apply"] = (facts) => world.apply(facts)
  const tailer = createTailer({
    roots: defaultRoots(env, home),
    pool: readPool,
    apply,
    diagnostics,
    onProgress: (progress) => world.setFirstRead(progress),
    now: Date.now,
  })
  const discovery = createDiscovery({
    env,
    home,
    pool: scanPool,
    apply,
    diagnostics,
    onRoot: (root) => tailer.addRoot(root),
    now: Date.now,
    without,
  })
  const ticker = setInterval(() => world.tick(), 1_000)
  const waiting = new Set<() => void>()
  const firstSeen = new Map<number, number>()
  const running = () => world.sessions(Scope.LIVE).filter(isRunning)
  const stop = world.subscribe(({ sessionIds }) => {
    for (const id of sessionIds) {
      const session = world.session(id)
      if (session?.pid !== undefined && isRunning(session) && !firstSeen.has(session.pid)) firstSeen.set(session.pid, performance.now())
    }
    for (const wake of waiting) wake()
  })

  const summary = (): string =>
    world
      .sessions(Scope.ALL)
      .map(({ pid, command, role, status, statusReason, pane, conversationId, evidence }) =>
        JSON.stringify({
          pid,
          command,
          role,
          status,
          statusReason,
          pane: pane?.paneId,
          conversationId,
          evidence: evidence.map(({ field, detail }) => `${field}: ${detail}`),
        }),
      )
      .join("\n")

  return {
    world,
    discovery,
    diagnostics,
    running,
    byPid: (pid) => running().find((session) => session.pid === pid),
    firstSeenMs: (pid) => firstSeen.get(pid),
    until: async (what, holds, ceilingMs = 30_000) => {
      const startedMs = performance.now()
      while (!holds()) {
        const leftMs = ceilingMs - (performance.now() - startedMs)
        if (leftMs <= 0) throw new Error(`never: ${what}\n${summary()}`)
        const woken = Promise.withResolvers<void>()
        const timer = setTimeout(woken.resolve, Math.min(leftMs, 200))
        waiting.add(woken.resolve)
        await woken.promise
        waiting.delete(woken.resolve)
        clearTimeout(timer)
      }
      return performance.now() - startedMs
    },
    close: async () => {
      clearInterval(ticker)
      stop()
      discovery.close()
      tailer.close()
      await Promise.all([scanPool.close(), readPool.close()])
    },
  }
}
