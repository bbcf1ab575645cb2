// A program that a test starts: its lines as they come, and a sure end.

import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"

/** How long a stopped program may take before it is killed. */
const STOP_LIMIT_MS = 8000

/** A running program. */
export interface Program {
  readonly child: ChildProcess
  /** Called with every line of stdout from now on. */
  onLine(listener: (line: string) => void): void
  /** The first match, in lines past or to come; rejects with all output when the program ends without it. */
  line(pattern: RegExp): Promise<RegExpExecArray>
  /** Asks it to end and waits until it has. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** Starts a script with the running Node. */
export function startProgram(script: string, args: readonly string[], env: NodeJS.ProcessEnv): Program {
  const child = spawn(process.execPath, [script, ...args], { env, stdio: ["pipe", "pipe", "pipe"] })
  const lines: string[] = []
  const listeners = new Set<(line: string) => void>()
  let stderr = ""
  let over = false
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => {
      over = true
      resolve()
    })
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line)
    for (const listener of listeners) listener(line)
  })
  return {
    child,
    onLine: (listener) => void listeners.add(listener),
    line(pattern) {
      return new Promise((resolve, reject) => {
        const check = (line: string): boolean => {
          const match = pattern.exec(line)
          if (!match) return false
          listeners.delete(check)
          resolve(match)
          return true
        }
        if (lines.some(check)) return
        listeners.add(check)
        void ended.then(() => reject(new Error(`${script} ended without ${pattern}:\n${lines.join("\n")}\n${stderr}`)))
        if (over) reject(new Error(`${script} had ended:\n${stderr}`))
      })
    },
    async stop(signal = "SIGTERM") {
      if (over) return
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS)
      child.stdin.end()
      child.kill(signal)
      await ended
      clearTimeout(timer)
    },
  }
}
