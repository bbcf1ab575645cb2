// How much of the account's limits is used up, as Codex was told with a response. It is repeated with every count and said when it changes.

import { cleanText } from "../clean-text.ts"
import { asAmount, asObject, asString, asUnixMs } from "../json-fields.ts"
import type { CodexLine } from "./line.ts"

export function rateLimits(line: CodexLine): void {
  const limits = asObject(line.payload["rate_limits"])
  if (limits === undefined || line.state.inReplay) return
  const id = asString(limits["limit_id"], 40)
  const plan = cleanText(limits["plan_type"], 40)
  for (const name of ["primary", "secondary"]) {
    const window = asObject(limits[name])
    const percent = asAmount(window?.["used_percent"])
    if (window === undefined || percent === undefined || percent > 1000) continue
    const minutes = asAmount(window["window_minutes"])
    const resetsAt = window["resets_at"]
    const resetsMs = typeof resetsAt === "number" ? asUnixMs(resetsAt * 1000) : undefined
    const said = `${percent} ${minutes} ${resetsMs}`
    // Limits of other kinds than the agent's own have a name of their own.
    const fullName = id === undefined || id === "codex" ? name : (cleanText(`${id} ${name}`, 60) ?? name)
    if (line.state.limitsSaid[fullName] === said) continue
    if (Object.keys(line.state.limitsSaid).length > MAX_LIMITS) line.state.limitsSaid = {}
    line.state.limitsSaid[fullName] = said
    line.emit({
      kind: "rate-limit-seen",
      conversationId: line.conversationId,
      timeMs: line.timeMs,
      agent: "codex",
      name: fullName,
      usedRatio: percent / 100,
      ...(minutes === undefined ? {} : { windowMinutes: Math.round(minutes) }),
      ...(resetsMs === undefined ? {} : { resetsMs }),
      ...(plan === undefined ? {} : { plan }),
    })
  }
}

const MAX_LIMITS = 16
