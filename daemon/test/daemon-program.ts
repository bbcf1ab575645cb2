// The daemon as its users run it: a program of its own, in a temp home and on a free port.

import { type ChildProcess, spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createClient } from "@connectrpc/connect"
import { createConnectTransport } from "@connectrpc/connect-node"
import { ActivityService } from "@vibecraft/shared/gen/vibecraft/v1/activity_service_pb"
import { DaemonService } from "@vibecraft/shared/gen/vibecraft/v1/daemon_service_pb"
import { MetricsService } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { SessionService } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { StoreService } from "@vibecraft/shared/gen/vibecraft/v1/store_service_pb"

const BIN = join(import.meta.dirname, "..", "bin", "vibecraftd.js")

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface DaemonProgram {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Sends it the signal and waits until it has ended. */
  end(signal: NodeJS.Signals): Promise<Ended>
  /** The first match of a line it prints on stdout; rejects with all its output when it ends before. */
  line(pattern: RegExp): Promise<RegExpExecArray>
}

/** Starts it with exactly these arguments, in an environment that holds nothing of the user's. `around`: a program that runs it, and its arguments. */
export function startDaemon(args: readonly string[], env: NodeJS.ProcessEnv, around: readonly string[] = []): DaemonProgram {
  const [program = "", ...rest] = [...around, process.execPath, BIN, ...args]
  const child = spawn(program, rest, {
    env: { PATH: process.env["PATH"], LANG: "C.UTF-8", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  let stdout = ""
  let stderr = ""
  const waiting = new Set<() => void>()
  const heard = () => waiting.forEach((check) => check())
  child.stdout.setEncoding("utf8").on("data", (text: string) => ((stdout += text), heard()))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
  const { promise: ended, resolve } = Promise.withResolvers<Ended>()
  let over = false
  child.once("close", (code, signal) => {
    over = true
    resolve({ code, signal, stdout, stderr })
    heard()
  })
  return {
    child,
    ended,
    end: (signal) => {
      child.kill(signal)
      return ended
    },
    line: (pattern) =>
      new Promise((found, fail) => {
        const check = () => {
          const match = pattern.exec(stdout)
          if (match === null && !over) return
          waiting.delete(check)
          if (match === null) fail(new Error(`the daemon ended before it said ${pattern.source}:\n${stdout}${stderr}`))
          else found(match)
        }
        waiting.add(check)
        check()
      }),
  }
}

/** A home of its own for a daemon, removed by `close`, which also ends every daemon started in it. */
export interface DaemonHome {
  readonly path: string
  readonly env: NodeJS.ProcessEnv
  readonly stateDir: string
  start(...args: string[]): DaemonProgram
  close(): Promise<void>
}

export function createDaemonHome(more: NodeJS.ProcessEnv = {}): DaemonHome {
  const path = mkdtempSync(join(tmpdir(), "vc-"))
  const stateDir = join(path, "state")
  mkdirSync(join(path, "tmux"), { mode: 0o700 })
  const env = { HOME: path, TMUX_TMPDIR: join(path, "tmux"), VIBECRAFT_SCOPE: path, ...more }
  const started: DaemonProgram[] = []
  return {
    path,
    env,
    stateDir,
    start(...args) {
      const daemon = startDaemon(["--port", "0", "--state-dir", stateDir, ...args], env)
      started.push(daemon)
      return daemon
    },
    async close() {
      for (const { child } of started) child.kill("SIGKILL")
      await Promise.all(started.map((daemon) => daemon.ended))
      rmSync(path, { recursive: true, force: true })
    },
  }
}

/** Clients of a daemon that has said that it is ready. */
export async function clientsOf(daemon: DaemonProgram) {
  const [, url = ""] = await daemon.line(/^vibecraftd ready (http:\S+)$/m)
  const transport = createConnectTransport({ baseUrl: url, httpVersion: "1.1" })
  return {
    url,
    sessions: createClient(SessionService, transport),
    metrics: createClient(MetricsService, transport),
    activity: createClient(ActivityService, transport),
    status: createClient(DaemonService, transport),
    store: createClient(StoreService, transport),
  }
}
