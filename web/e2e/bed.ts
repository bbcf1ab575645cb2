// What a page test lies on: simulated agents in a world of their own and the real daemon that watches them, both as programs.

import { join } from "node:path"
import { type Program, startProgram } from "./program.ts"

const ROOT = join(import.meta.dirname, "..", "..")

/** A simulated agent, told what to do in the simulator's own words. */
export interface Agent {
  readonly pid: number
  command(command: Readonly<Record<string, unknown>>): Promise<unknown>
  /** A prompt, its answer and the end of the turn. */
  turn(text: string): Promise<void>
  /** Asks for tools and answers their call ids; the turn goes on. */
  tools(...tools: readonly { readonly name: string; readonly input?: Readonly<Record<string, unknown>> }[]): Promise<string[]>
  kill(signal?: NodeJS.Signals): Promise<void>
}

/** The bed. */
export interface Bed {
  /** Where the page is. The same after a restart. */
  readonly url: string
  start(options: Readonly<Record<string, unknown>>): Promise<Agent>
  stopDaemon(signal?: NodeJS.Signals): Promise<void>
  startDaemon(): Promise<void>
  close(): Promise<void>
}

/** Builds the page where it is not current, starts the simulator and the daemon. */
export async function createBed(seed: string): Promise<Bed> {
  const build = startProgram(join(ROOT, "daemon/scripts/build.ts"), [], process.env)
  await new Promise<void>((resolve, reject) => {
    build.child.once("close", (code) => (code === 0 ? resolve() : reject(new Error("the page cannot be built"))))
  })

  const simulator = startProgram(join(ROOT, "daemon/simulator/drive.ts"), [seed], process.env)
  const replies = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  let lastId = 0
  simulator.onLine((line) => {
    const reply = JSON.parse(line) as { id?: number; ok?: unknown; error?: string }
    const waiting = reply.id === undefined ? undefined : replies.get(reply.id)
    if (!waiting || reply.id === undefined) return
    replies.delete(reply.id)
    if (reply.error === undefined) waiting.resolve(reply.ok)
    else waiting.reject(new Error(reply.error))
  })
  const ask = (request: Readonly<Record<string, unknown>>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++lastId
      replies.set(id, { resolve, reject })
      simulator.child.stdin?.write(`${JSON.stringify({ id, ...request })}\n`)
    })
  const [ready] = await simulator.line(/^\{"ready".*$/)
  const { env, folder } = (JSON.parse(ready) as { ready: { env: Record<string, string>; folder: string } }).ready

  let daemon: Program | undefined
  let port = "0"
  let url = ""
  async function startDaemon(): Promise<void> {
    daemon = startProgram(
      join(ROOT, "daemon/bin/vibecraftd.js"),
      ["--port", port, "--socket", join(folder, "sock"), "--state-dir", join(folder, "state"), "--log-level", "error"],
      env,
    )
    const [, readyUrl = ""] = await daemon.line(/^vibecraftd ready (\S+)$/)
    url = readyUrl
    port = new URL(url).port
  }
  await startDaemon()

  return {
    get url() {
      return url
    },
    async start(options) {
      const { agent, pid } = (await ask({ call: "start", options })) as { agent: number; pid: number }
      const command: Agent["command"] = (told) => ask({ call: "command", agent, command: told })
      return {
        pid,
        command,
        async turn(text) {
          await command({ kind: "prompt", text })
          await command({ kind: "respond", end: true })
        },
        tools: async (...tools) => (await command({ kind: "respond", tools })) as string[],
        kill: async (signal = "SIGKILL") => void (await ask({ call: "kill", agent, signal })),
      }
    },
    startDaemon,
    stopDaemon: async (signal) => daemon?.stop(signal),
    async close() {
      await daemon?.stop()
      await simulator.stop()
    },
  }
}
