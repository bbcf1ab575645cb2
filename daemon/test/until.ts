// Waiting for what a program says of itself, by asking it.

import { setTimeout as sleep } from "node:timers/promises"

const CEILING_MS = 45_000
const EVERY_MS = 25

/** Asks until it holds; answers what `ask` then said. Throws with what it said last after 45 s. */
export async function until<T>(what: string, ask: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (const deadlineMs = Date.now() + CEILING_MS; ; await sleep(EVERY_MS)) {
    const value = await ask()
    if (holds(value)) return value
    if (Date.now() > deadlineMs) throw new Error(`Waited in vain until ${what}; last seen: ${JSON.stringify(value, bigintAsText, 1)}`)
  }
}

/** For JSON.stringify, which knows no bigint. */
export const bigintAsText = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? String(value) : value)
