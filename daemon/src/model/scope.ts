// What belongs to the parts of the world that a client can ask for.

import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"

const RECENT_MS = 24 * 3_600_000

/** `lastMs` is the last activity in Unix milliseconds. */
export function isInScope(scope: Scope, ended: boolean, lastMs: number, nowMs: number): boolean {
  switch (scope) {
    case Scope.ALL:
      return true
    case Scope.LIVE:
      return !ended
    default:
      return !ended || nowMs - lastMs < RECENT_MS
  }
}
