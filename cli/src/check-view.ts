// The daemon's checks of itself, worst first, each with what to do about it.

import { type Check, CheckState, type GetStatusResponse } from "@vibecraft/shared/gen/vibecraft/v1/daemon_service_pb"
import { safeText } from "@vibecraft/shared/safe-text"
import type { Style } from "./paint.ts"
import type { TableOptions } from "./table.ts"
import { wrap } from "./wrap.ts"

const STATES = new Map<number, { mark: string; style: Style; rank: number }>([
  [CheckState.FAILED, { mark: "× failed ", style: "bad", rank: 0 }],
  [CheckState.WARNING, { mark: "▲ look   ", style: "attention", rank: 1 }],
  [CheckState.OK, { mark: "● ok     ", style: "good", rank: 3 }],
  [CheckState.SKIPPED, { mark: "○ skipped", style: "dim", rank: 4 }],
])
const UNKNOWN = { mark: "? unknown", style: "dim", rank: 2 } as const

export function renderChecks({ checks, version, problems }: GetStatusResponse, options: TableOptions): string[] {
  const { paint } = options
  if (checks.length === 0)
    return [`vibecraftd ${safeText(version)} publishes no checks: it is older than this command, or has only just started.`]
  const sorted = checks.toSorted((a, b) => stateOf(a).rank - stateOf(b).rank)
  const failed = checks.filter(({ state }) => state === CheckState.FAILED).length
  const warned = checks.filter(({ state }) => state === CheckState.WARNING).length
  const parts = [failed === 0 ? "nothing failed" : `${failed} failed`, ...(warned === 0 ? [] : [`${warned} to look at`])]
  const more = problems.length === 0 ? "" : `; ${problems.length} problems are listed by vibecraft status`
  return [...sorted.flatMap((check) => checkLines(check, options)), "", paint("dim", `${checks.length} checks: ${parts.join(", ")}${more}`)]
}

function checkLines(check: Check, { width, paint }: TableOptions): string[] {
  const { mark, style } = stateOf(check)
  const room = Math.max(20, width - 4)
  return [
    `${paint(style, mark)}  ${paint("bold", safeText(check.name))}`,
    ...wrap(safeText(check.detail), room).map((line) => `    ${line}`),
    ...(check.advice === "" ? [] : wrap(`→ ${safeText(check.advice)}`, room).map((line) => `    ${paint("attention", line)}`)),
  ]
}

function stateOf({ state }: Check): { mark: string; style: Style; rank: number } {
  return STATES.get(state) ?? UNKNOWN
}
