// Runs one program of a check to its end and keeps what it printed.

import { spawn } from "node:child_process"
import { join } from "node:path"

export const ROOT = join(import.meta.dirname, "..")

export interface Outcome {
  /** Exit code 0. */
  readonly ok: boolean
  /** Standard output and error, in the order they came. */
  readonly output: string
}

/** Programs of node_modules go before those of the machine. Never throws: a program that cannot be started is an outcome too. */
export function runProgram(command: readonly string[], signal: AbortSignal): Promise<Outcome> {
  const [program = "", ...args] = command
  const env = { ...process.env, PATH: `${join(ROOT, "node_modules", ".bin")}:${process.env["PATH"] ?? ""}` }
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, env, signal, stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text))
    child.on("error", (error) => resolve({ ok: false, output: `${output}${program}: ${error.message}\n` }))
    child.on("close", (code) => resolve({ ok: code === 0, output }))
  })
}
