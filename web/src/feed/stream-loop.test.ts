import { afterEach, describe, expect, it, vi } from "vitest"
import { backOffMs } from "./back-off.ts"
import { type StreamState, followStream } from "./stream-loop.ts"

/** A stream that the test feeds. */
function handStream() {
  const opened: { signal: AbortSignal; push(value: number): void; fail(error: Error): void; end(): void }[] = []
  async function* open(signal: AbortSignal): AsyncGenerator<number> {
    const queue: (number | Error | "end")[] = []
    let ready: (() => void) | undefined
    const put = (item: number | Error | "end"): void => {
      queue.push(item)
      ready?.()
    }
    signal.addEventListener("abort", () => put(new Error("aborted")), { once: true })
    opened.push({ signal, push: put, fail: put, end: () => put("end") })
    for (;;) {
      const item = queue.shift()
      if (item === undefined) await new Promise<void>((resolve) => (ready = resolve))
      else if (item === "end") return
      else if (item instanceof Error) throw item
      else yield item
    }
  }
  return { opened, open }
}

function follow(stream: ReturnType<typeof handStream>, silenceMs = 60_000) {
  const states: StreamState[] = []
  const messages: number[] = []
  const loop = followStream<number>({
    open: stream.open,
    onMessage: (message) => messages.push(message),
    onState: (state) => states.push(state),
    explain: (error) => (error instanceof Error ? error.message : "?"),
    silenceMs,
    backOff: (attempt) => attempt * 1000,
  })
  return { states, messages, loop, kinds: () => states.map((state) => state.kind) }
}

afterEach(() => void vi.useRealTimers())

describe("following a stream", () => {
  it("is live from the first message on, says why it is down, and opens it again", async () => {
    vi.useFakeTimers()
    const stream = handStream()
    const { states, messages, loop, kinds } = follow(stream)
    await vi.advanceTimersByTimeAsync(0)
    expect(kinds()).toEqual(["connecting"])
    stream.opened[0]?.push(1)
    stream.opened[0]?.push(2)
    await vi.advanceTimersByTimeAsync(0)
    expect(kinds()).toEqual(["connecting", "live"])
    stream.opened[0]?.fail(new Error("unavailable: daemon stopping"))
    await vi.advanceTimersByTimeAsync(0)
    expect(states.at(-1)).toMatchObject({ kind: "down", reason: "unavailable: daemon stopping" })
    expect(stream.opened[0]?.signal.aborted).toBe(true)
    await vi.advanceTimersByTimeAsync(999)
    expect(stream.opened).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(stream.opened).toHaveLength(2)
    expect(messages).toEqual([1, 2])
    loop.close()
  })

  it("waits longer after each failure and starts over after a message", async () => {
    vi.useFakeTimers()
    const stream = handStream()
    const { loop } = follow(stream)
    await vi.advanceTimersByTimeAsync(0)
    stream.opened[0]?.fail(new Error("no"))
    await vi.advanceTimersByTimeAsync(1000)
    stream.opened[1]?.fail(new Error("no"))
    await vi.advanceTimersByTimeAsync(1999)
    expect(stream.opened).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    stream.opened[2]?.push(1)
    stream.opened[2]?.end()
    await vi.advanceTimersByTimeAsync(1000)
    expect(stream.opened).toHaveLength(4)
    loop.close()
  })

  it("gives a silent stream up and can be told to try at once", async () => {
    vi.useFakeTimers()
    const stream = handStream()
    const { states, loop } = follow(stream, 5000)
    await vi.advanceTimersByTimeAsync(4999)
    expect(stream.opened[0]?.signal.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(stream.opened[0]?.signal.aborted).toBe(true)
    expect(states.at(-1)).toMatchObject({ kind: "down", reason: "the daemon fell silent" })
    loop.retryNow()
    await vi.advanceTimersByTimeAsync(0)
    expect(stream.opened).toHaveLength(2)
    loop.close()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(stream.opened[1]?.signal.aborted).toBe(true)
    expect(stream.opened).toHaveLength(2)
  })

  it("backs off to ten seconds at the most", () => {
    expect(backOffMs(1, () => 1)).toBe(250)
    expect(backOffMs(1, () => 0)).toBe(200)
    expect(backOffMs(50, () => 1)).toBe(10_000)
    expect(backOffMs(3, () => 1)).toBeGreaterThan(backOffMs(2, () => 1))
  })
})
