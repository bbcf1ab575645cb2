// A scan on demand, and what it found that was not known before.

import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { Status, type Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import type { PublishedWorld } from "./model/published-world.ts"

export interface Scanner {
  scanNow(): Promise<{ readonly scanMs: number; readonly failures: readonly string[] }>
}

export interface Discovered {
  readonly discovered: Session[]
  readonly existing: Session[]
  readonly scanMs: number
  readonly failures: string[]
}

export function createDiscoverSessions(world: PublishedWorld, scanner: Scanner): () => Promise<Discovered> {
  return async () => {
    const before = new Set(live(world).map((session) => session.id))
    const { scanMs, failures } = await scanner.scanNow()
    const after = live(world)
    return {
      discovered: after.filter((session) => !before.has(session.id)),
      existing: after.filter((session) => before.has(session.id)),
      // The contract counts whole milliseconds.
      scanMs: Math.round(scanMs),
      failures: [...failures],
    }
  }
}

/** Sessions whose process runs now. */
function live(world: PublishedWorld): readonly Session[] {
  return world.sessions(Scope.LIVE).filter((session) => session.pid !== undefined && session.status !== Status.OFFLINE)
}
