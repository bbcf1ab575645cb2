// The sessions that activities speak of, asked for when one comes up that is not known yet.

import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { Activity } from "@vibecraft/shared/gen/vibecraft/v1/activity_pb"
import type { Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import type { DaemonConnection } from "./connect-daemon.ts"
import { listSessions } from "./list-sessions.ts"

export interface SessionNames {
  sessionOf(id: string): Session | undefined
  /** Makes sure that the sessions of these are known, as far as the daemon knows them. */
  learn(activities: readonly Activity[]): Promise<void>
}

export function createSessionNames(daemon: DaemonConnection): SessionNames {
  let known = new Map<string, Session>()
  /** Not known to the daemon either. */
  const unknown = new Set<string>()
  return {
    sessionOf: (id) => known.get(id),
    async learn(activities) {
      const ids = activities.map(({ sessionId }) => sessionId).filter((id) => id !== "")
      if (ids.every((id) => known.has(id) || unknown.has(id))) return
      known = new Map((await listSessions(daemon, Scope.ALL)).sessions.map((session) => [session.id, session]))
      for (const id of ids) if (!known.has(id)) unknown.add(id)
    },
  }
}
