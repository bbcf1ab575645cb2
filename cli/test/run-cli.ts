// Runs the bin as its users do: as a program of its own.

import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

export const BIN = fileURLToPath(new URL("../bin/vibecraft.js", import.meta.url))

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that still runs. */
export interface Running {
  readonly child: ChildProcess
  stdout(): string
  stderr(): string
  /** Resolves once the output so far fits. */
  until(fits: (stdout: string, stderr: string) => boolean): Promise<void>
  readonly finished: Promise<Finished>
}

/** An environment with nothing of the user's in it. */
export function cleanEnv(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], HOME: "/nonexistent", TZ: "UTC", VIBECRAFT_PORT: "1", ...extra }
}

export function startCli(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [BIN, ...args], { env: cleanEnv(env), stdio: ["ignore", "pipe", "pipe"] })
  let stdout = ""
  let stderr = ""
  const waiting = new Set<() => void>()
  const heard = () => waiting.forEach((check) => check())
  child.stdout.setEncoding("utf8").on("data", (text: string) => ((stdout += text), heard()))
  child.stderr.setEncoding("utf8").on("data", (text: string) => ((stderr += text), heard()))
  const finished = new Promise<Finished>((resolve) => child.once("close", (code) => (resolve({ code, stdout, stderr }), heard())))
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    finished,
    until: (fits) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (fits(stdout, stderr)) resolve()
          else if (child.exitCode !== null) reject(new Error(`the command ended with ${child.exitCode}\n${stdout}\n${stderr}`))
          else return
          waiting.delete(check)
        }
        waiting.add(check)
        check()
      }),
  }
}

export async function runCli(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  return startCli(args, env).finished
}
