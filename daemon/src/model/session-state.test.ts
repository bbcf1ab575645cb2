import { describe, expect, it } from "vitest"
import { SessionState } from "./session-state.ts"
import type { StatusReading } from "./status.ts"

const NOW = Date.parse("2026-11-01T10:00:00Z")

function ended(minutesAgo: number, reason = "no process found"): StatusReading {
  return { status: "ended", reason, source: "transcript", confidence: "likely", sinceMs: NOW - minutesAgo * 60_000 }
}

describe("the status of sessions that ended", () => {
  it("is one reading for all that ended alike, each with its own time", () => {
    const [one, other, third] = [new SessionState("one", NOW), new SessionState("other", NOW), new SessionState("third", NOW)]
    one.setStatus(ended(10), NOW)
    other.setStatus(ended(20), NOW)
    third.setStatus(ended(30, "killed"), NOW)
    expect(other.status).toBe(one.status)
    expect(one.status).toEqual({ status: "ended", reason: "no process found", source: "transcript", confidence: "likely" })
    expect(third.status?.reason).toBe("killed")
    const minutesAgo = [one, other, third].map(({ statusSinceMs }) => (NOW - statusSinceMs) / 60_000)
    expect(minutesAgo).toEqual([10, 20, 30])
    expect(other.history.latest).toMatchObject({ to: { status: "ended", reason: "no process found" }, timeMs: NOW - 20 * 60_000 })
  })

  it("is news where it ended in another way, and not where it did so alike", () => {
    const session = new SessionState("one", NOW)
    expect(session.setStatus(ended(10), NOW)).toBe(true)
    expect(session.setStatus(ended(10), NOW)).toBe(false)
    expect(session.setStatus(ended(10, "killed"), NOW)).toBe(true)
  })
})
