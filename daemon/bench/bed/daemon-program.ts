// The daemon as `npm start` runs it, built, a program of its own, in a temp home and on a free port.

import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { dirname, join } from "node:path"
import { createInterface } from "node:readline"
import { buildDaemon } from "../../scripts/build-daemon.ts"

const BIN = join(import.meta.dirname, "..", "..", "bin", "vibecraftd.js")

export interface DaemonProgram {
  readonly url: string
  readonly pid: number
  /** From the start of the process to its line "ready", in milliseconds. */
  readonly readyMs: number
  /** From the start of the process to its line "caught up", in milliseconds. */
  readonly caughtUpMs: number
  /** From the start of the process until all that it read is in its store, in milliseconds. */
  storedMs(): Promise<number>
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>
  /** Stops it as Ctrl-C does. Answers how long that took, in milliseconds. */
  stop(): Promise<number>
}

/** `home` is HOME; every other folder follows from it. Throws with what the daemon printed when it ends before it has caught up. */
export async function startDaemonProgram(home: string, scope: string, env: Record<string, string> = {}): Promise<DaemonProgram> {
  await buildDaemon()
  const startedMs = performance.now()
  const child = spawn(BIN, ["--port", "0", "--socket", join(home, "sock"), "--state-dir", join(home, "state")], {
    cwd: home,
    env: {
      PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
      LANG: "C.UTF-8",
      HOME: home,
      TMUX_TMPDIR: home,
      VIBECRAFT_SCOPE: scope,
      VIBECRAFT_MAIN: "../dist/main.js",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const lines = linesOf(child)
  try {
    const url = (await lines.next(/^vibecraftd ready (\S+)/u)) ?? ""
    const readyMs = performance.now() - startedMs
    await lines.next(/^(vibecraftd caught up)/u)
    const caughtUpMs = performance.now() - startedMs
    const storedMs = async (): Promise<number> => {
      await lines.next(/^(vibecraftd stored)/u)
      return performance.now() - startedMs
    }
    return { url, pid: child.pid ?? 0, readyMs, caughtUpMs, storedMs, kill: () => kill(child), stop: () => stop(child) }
  } catch (error) {
    await stop(child)
    throw error
  }
}

function linesOf(child: ChildProcess): { next(pattern: RegExp): Promise<string | undefined> } {
  const seen: string[] = []
  if (child.stdout === null || child.stderr === null) throw new Error("the daemon has no output")
  child.stderr.setEncoding("utf8").on("data", (text: string) => seen.push(text.trimEnd()))
  const iterator = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async next(pattern) {
      for (;;) {
        const { value, done } = await iterator.next()
        if (done === true) throw new Error(`the daemon ended before it said ${pattern.source}:\n${seen.join("\n")}`)
        seen.push(value)
        const match = pattern.exec(value)
        if (match !== null) return match[1]
      }
    },
  }
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit")
  child.kill("SIGKILL")
  await exited
}

async function stop(child: ChildProcess): Promise<number> {
  const startedMs = performance.now()
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, "exit")
    child.kill("SIGINT")
    await exited
  }
  return performance.now() - startedMs
}
