// What Claude Code writes of the account's limits: windows with a failed request, and the words of a limit that is used up. What it shows on
// its status line it does not write down.

import { asAmount, asObject, asUnixMs, type JsonObject } from "../json-fields.ts"
import type { ClaudeLine } from "./line.ts"

const MAX_WINDOWS = 8

/** Windows by name, each with `used_percentage` and `resets_at` in Unix seconds, as on the status line. */
export function rateLimits(line: ClaudeLine, limits: JsonObject | undefined): void {
  for (const [name, value] of Object.entries(limits ?? {}).slice(0, MAX_WINDOWS)) {
    const window = asObject(value)
    const percent = asAmount(window?.["used_percentage"])
    if (percent === undefined || percent > 1000 || !/^[\w ]{1,40}$/u.test(name)) continue
    say(line, name, percent / 100, window?.["resets_at"])
  }
}

/** "Claude AI usage limit reached|1760000000": the number is when it starts anew. */
export function usedUp(line: ClaudeLine, text: string): void {
  const seconds = /usage limit reached\|(?<seconds>\d{9,11})\b/u.exec(text)?.groups?.["seconds"]
  if (seconds !== undefined) say(line, "usage limit", 1, Number(seconds))
}

function say(line: ClaudeLine, name: string, usedRatio: number, resetsAt: unknown): void {
  const resetsMs = typeof resetsAt === "number" ? asUnixMs(resetsAt * 1000) : undefined
  line.say({
    kind: "rate-limit-seen",
    ...line.who,
    timeMs: line.timeMs,
    agent: "claude",
    name,
    usedRatio,
    ...(resetsMs === undefined ? {} : { resetsMs }),
  })
}
