// The patterns that one parent leads. Looks at its children alone, so a change costs as many steps as there are siblings.

import { backgroundWatches } from "./background-watch.ts"
import { fanOuts } from "./fan-out.ts"
import type { FoundPattern, Leader } from "./pattern.ts"
import { pipelines } from "./pipeline.ts"
import { retryLoops } from "./retry-loop.ts"
import { supervisors } from "./supervisor.ts"
import { teams } from "./team.ts"

export function patternsOf(leader: Leader): FoundPattern[] {
  if (leader.members.length === 0) return []
  // Members of a team are peers: for the others they count as none.
  const hasTeam = leader.members.some(({ team }) => team !== undefined)
  const others = hasTeam ? { ...leader, members: leader.members.filter(({ team }) => team === undefined) } : leader
  return [
    ...(hasTeam ? teams(leader) : []),
    ...fanOuts(others),
    ...pipelines(others),
    ...supervisors(others),
    ...retryLoops(others),
    ...backgroundWatches(others),
  ]
}
