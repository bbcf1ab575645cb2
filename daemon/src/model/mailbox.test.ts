import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { createMailbox, type Mail, type MailboxOptions } from "./mailbox.ts"
import type { Timers } from "./timers.ts"

/** A clock that stands still until told to move. */
function createManualTimers() {
  let nowMs = 1_000_000
  const pending = new Set<{ atMs: number; callback: () => void }>()
  const timers: Timers = {
    now: () => nowMs,
    after(delayMs, callback) {
      const entry = { atMs: nowMs + delayMs, callback }
      pending.add(entry)
      return { cancel: () => void pending.delete(entry) }
    },
  }
  return {
    timers,
    running: () => pending.size,
    async advance(ms: number) {
      const untilMs = nowMs + ms
      for (;;) {
        const next = [...pending].filter((entry) => entry.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
        if (next === undefined) break
        pending.delete(next)
        nowMs = Math.max(nowMs, next.atMs)
        next.callback()
        await settle()
      }
      nowMs = untilMs
      await settle()
    },
  }
}

async function settle() {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
}

function open(options: Partial<MailboxOptions> = {}) {
  const clock = createManualTimers()
  const abort = new AbortController()
  const mailbox = createMailbox({ timers: clock.timers, signal: abort.signal, ...options })
  const taken: Mail[] = []
  /** Takes once and notes the mail when it comes. */
  const take = async () => {
    void mailbox.take().then(
      (mail) => taken.push(mail),
      () => undefined,
    )
    await settle()
  }
  return { clock, abort, mailbox, taken, take }
}

const ids = (mail: Mail | undefined) => (mail?.kind === "changes" ? [...mail.ids].sort() : mail?.kind)

describe("a mailbox", () => {
  it("hands out the first change after a pause at once and later ones no sooner than the interval", async () => {
    const { clock, mailbox, taken, take } = open()
    await clock.advance(100)
    await take()
    mailbox.mark(["a"])
    await settle()
    expect(taken.map(ids)).toEqual([["a"]])
    await take()
    mailbox.mark(["b"])
    await clock.advance(60)
    mailbox.mark(["c", "b"])
    await clock.advance(39)
    expect(taken).toHaveLength(1)
    await clock.advance(1)
    expect(taken.map(ids)).toEqual([["a"], ["b", "c"]])
  })

  it("counts the snapshot that goes before as a message", async () => {
    const { clock, mailbox, taken, take } = open()
    await take()
    mailbox.mark(["a"])
    await clock.advance(99)
    expect(taken).toHaveLength(0)
    await clock.advance(1)
    expect(taken).toHaveLength(1)
  })

  it("waits for nothing with an interval of 0, and still puts together what comes in one turn", async () => {
    const { mailbox, taken, take } = open({ minIntervalMs: 0 })
    await take()
    mailbox.mark(["a"])
    mailbox.mark(["b"])
    await settle()
    expect(taken.map(ids)).toEqual([["a", "b"]])
  })

  it("keeps one entry per id however often it is marked, while nobody takes", () => {
    const { mailbox, clock } = open()
    for (let round = 0; round < 10_000; round++) mailbox.mark([`id-${round % 7}`])
    expect(mailbox.size()).toBe(7)
    expect(clock.running()).toBe(0)
  })

  it("beats after 15 s without a mark, and not while there are marks", async () => {
    const { clock, mailbox, taken, take } = open()
    await take()
    await clock.advance(14_999)
    expect(taken).toHaveLength(0)
    await clock.advance(1)
    expect(taken.map(ids)).toEqual(["heartbeat"])
    await take()
    await clock.advance(10_000)
    mailbox.mark(["a"])
    await settle()
    expect(taken.map(ids)).toEqual(["heartbeat", ["a"]])
    await take()
    await clock.advance(14_999)
    expect(taken).toHaveLength(2)
    await clock.advance(1)
    expect(taken.map(ids).at(-1)).toBe("heartbeat")
  })

  it("tells of the first read alone", async () => {
    const { clock, mailbox, taken, take } = open()
    await clock.advance(1_000)
    mailbox.mark([], true)
    await take()
    expect(taken).toEqual([{ kind: "changes", ids: new Set(), firstRead: true }])
  })

  it("is not woken by a mark of nothing", async () => {
    const { clock, mailbox, taken, take } = open()
    await clock.advance(1_000)
    await take()
    mailbox.mark([])
    await clock.advance(1_000)
    expect(taken).toHaveLength(0)
  })

  it("ends with the signal's reason, leaves no timer and no listener, and closes once", async () => {
    let closes = 0
    const { clock, abort, mailbox } = open({ onClose: () => void closes++ })
    const waiting = mailbox.take()
    expect(clock.running()).toBe(1)
    const reason = new Error("stopping")
    abort.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    await expect(mailbox.take()).rejects.toBe(reason)
    mailbox.mark(["a"])
    mailbox.close()
    expect({ closes, timers: clock.running(), size: mailbox.size() }).toEqual({ closes: 1, timers: 0, size: 0 })
  })

  it("is closed from the start under an aborted signal", async () => {
    let closes = 0
    const mailbox = createMailbox({
      timers: createManualTimers().timers,
      signal: AbortSignal.abort(new Error("gone")),
      onClose: () => void closes++,
    })
    await expect(mailbox.take()).rejects.toThrow("gone")
    expect(closes).toBe(1)
  })

  it("loses no mark and hands out none sooner than the interval, whatever the order of marks, pauses and takes", async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("mark" as const), id: fc.integer({ min: 0, max: 9 }) }),
      fc.record({ do: fc.constant("advance" as const), ms: fc.integer({ min: 0, max: 250 }) }),
      fc.record({ do: fc.constant("take" as const) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.constantFrom(0, 16, 100), async (steps, minIntervalMs) => {
        const { clock, mailbox } = open({ minIntervalMs })
        const owed = new Set<string>()
        let waiting = false
        let lastMs = clock.timers.now()
        const failures: string[] = []
        const take = async () => {
          if (waiting) return
          waiting = true
          void mailbox.take().then((mail) => {
            waiting = false
            const nowMs = clock.timers.now()
            if (nowMs - lastMs < minIntervalMs) failures.push(`${nowMs - lastMs} ms after the last`)
            lastMs = nowMs
            if (mail.kind !== "changes") return failures.push("a heartbeat")
            for (const id of mail.ids) if (!owed.delete(id)) failures.push(`${id} is not owed`)
            return 0
          })
          await settle()
        }
        for (const one of steps) {
          if (one.do === "mark") {
            owed.add(String(one.id))
            mailbox.mark([String(one.id)])
            await settle()
          } else if (one.do === "advance") await clock.advance(one.ms)
          else await take()
        }
        await clock.advance(minIntervalMs)
        await take()
        await clock.advance(minIntervalMs)
        if (owed.size > 0) {
          await take()
          await clock.advance(minIntervalMs)
        }
        expect(failures.filter((failure) => failure !== "a heartbeat")).toEqual([])
        expect([...owed]).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})
