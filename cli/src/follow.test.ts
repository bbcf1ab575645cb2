import { expect, test } from "vitest"
import { CommandError, UnreachableError } from "./command-error.ts"
import { follow } from "./follow.ts"

const FAST = { silenceMs: 30_000, retryMs: [0, 1] } as const

/** Each attempt yields its messages, then throws its error if it has one. */
async function run(attempts: { messages?: number[]; error?: Error }[], until: number, timing: Parameters<typeof follow>[3] = FAST) {
  const seen: (number | string)[] = []
  const controller = new AbortController()
  let attempt = 0
  let failure: unknown
  async function* open() {
    const { messages = [], error } = attempts[attempt++] ?? {}
    yield* messages
    if (error !== undefined) throw error
  }
  const record = (what: number | string) => {
    seen.push(what)
    if (seen.length >= until) controller.abort()
  }
  await follow(open, { onMessage: record, onStale: record }, controller.signal, timing).catch((error: unknown) => (failure = error))
  return { seen, failure }
}

test("a daemon that is not there at first is an error, not a wait", async () => {
  const error = new UnreachableError("not running")
  expect(await run([{ error }, { messages: [1] }], 9)).toEqual({ seen: [], failure: error })
})

test("afterwards it is waited for, and what is shown is called stale meanwhile", async () => {
  const gone = new UnreachableError("gone")
  expect((await run([{ messages: [1, 2], error: gone }, { error: gone }, { messages: [3] }], 5)).seen).toEqual([1, 2, "gone", "gone", 3])
})

test("a stream that just ends is followed again", async () => {
  expect((await run([{ messages: [1] }, { messages: [2] }], 3)).seen).toEqual([1, "vibecraftd ended the stream", 2])
})

test("what trying again cannot mend ends it", async () => {
  const error = new CommandError("no such session")
  expect(await run([{ messages: [1] }, { error }], 9)).toEqual({ seen: [1, "vibecraftd ended the stream"], failure: error })
})

test("a daemon that says nothing for long counts as gone", async () => {
  const controller = new AbortController()
  const stale: string[] = []
  const open = async function* (signal: AbortSignal) {
    yield 1
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }))
  }
  await follow(
    open,
    {
      onMessage: () => {},
      onStale: (reason) => {
        stale.push(reason)
        controller.abort()
      },
    },
    controller.signal,
    { silenceMs: 5, retryMs: [0, 0] },
  )
  expect(stale).toEqual(["vibecraftd is silent"])
})
