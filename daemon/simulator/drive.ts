// Drives a simulator for a program that may not import it: one JSON request per line on stdin, one reply per line on stdout.
//   {"id": 1, "call": "start", "options": {...}}               -> {"id": 1, "ok": {"agent": 0, "pid": 123}}
//   {"id": 2, "call": "command", "agent": 0, "command": {...}} -> {"id": 2, "ok": what the command answers}
//   {"id": 3, "call": "kill", "agent": 0, "signal": "SIGKILL"} -> {"id": 3, "ok": null}
// The first line says {"ready": {"env": ..., "folder": ...}}. A failure is {"id": 1, "error": "why"}. When stdin ends, everything ends.

import { createInterface } from "node:readline"
import type { Command } from "./agent/control.ts"
import { createSimulator, type StartOptions } from "./simulator.ts"

type Request =
  | { readonly id: number; readonly call: "start"; readonly options: StartOptions }
  | { readonly id: number; readonly call: "command"; readonly agent: number; readonly command: Command }
  | { readonly id: number; readonly call: "kill"; readonly agent: number; readonly signal?: NodeJS.Signals }

const simulator = await createSimulator({ seed: process.argv[2] ?? "drive" })
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void end())
say({ ready: { env: simulator.env, folder: simulator.folder } })
const lines = createInterface({ input: process.stdin })
lines.on("line", (line) => void answer(JSON.parse(line) as Request))
lines.on("close", () => void end())

async function answer(request: Request): Promise<void> {
  try {
    say({ id: request.id, ok: (await carryOut(request)) ?? null })
  } catch (error) {
    say({ id: request.id, error: error instanceof Error ? error.message : String(error) })
  }
}

async function carryOut(request: Request): Promise<unknown> {
  if (request.call === "start") {
    const agent = await simulator.start(request.options)
    return { agent: simulator.agents.indexOf(agent), pid: agent.pid }
  }
  const agent = simulator.agents[request.agent]
  if (agent === undefined) throw new Error(`no agent ${request.agent}`)
  if (request.call === "command") return agent.command(request.command)
  agent.kill(request.signal)
  return undefined
}

async function end(): Promise<void> {
  await simulator.close()
  process.exit(0)
}

function say(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
