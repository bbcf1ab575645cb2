// The process table where there is no /proc: macOS, by ps for all processes and by lsof for the few that could be agents. It gives less than
// /proc does: no environment, arguments parted at spaces, start times in whole seconds. Tried on recorded outputs alone.

import { execFileSync } from "node:child_process"
import { statSync } from "node:fs"
import type { ProcFiles, Terminal } from "./proc-files.ts"
import { type LsofFiles, parseLsof, parsePs, parsePsArguments, PS_ARGUMENTS, PS_COLUMNS, type PsProcess } from "./ps-table.ts"

export interface PsFilesOptions {
  /** Runs a program and answers its output; undefined when it fails or takes too long. */
  readonly run?: (program: string, args: readonly string[]) => string | undefined
  /** Unix milliseconds. */
  readonly now?: () => number
  /** Device numbers of a file; undefined where there is none. */
  readonly device?: (path: string) => { readonly dev: number; readonly rdev: number } | undefined
  /** Whether a pid is in use at this moment. */
  readonly isInUse?: (pid: number) => boolean
}

/** ps costs tens of milliseconds: what it told is believed for so long. */
const FRESH_MS = 1_500
/** lsof may hang on a dead file system. */
const TIMEOUT_MS = 2_000
/** Names, cut to 16 characters, under which an agent, its interpreter or a tmux server may run. */
const CANDIDATE = /^(claude|codex|node|bun|deno|tmux|MainThread|\d+\.\d+\.\d+)/

export const createPsFiles = ({
  run = runProgram,
  now = Date.now,
  device = deviceOf,
  isInUse = isPidInUse,
}: PsFilesOptions = {}): ProcFiles => {
  let table = new Map<number, PsProcess>()
  let argumentsOf: Map<number, string[]> | undefined
  let readMs = -Infinity
  const opened = new Map<number, { readonly startTicks: string; readonly files: LsofFiles }>()

  const refresh = () => {
    const text = run("ps", ["-axww", "-o", PS_COLUMNS])
    // A ps that fails shows nobody: the table then lacks this very process, and the scan is not trusted.
    table = new Map(parsePs(text ?? "", (tty) => device(`/dev/${tty}`)?.rdev ?? 0).map((one) => [one.stat.pid, one]))
    argumentsOf = undefined
    readMs = now()
    for (const pid of opened.keys()) if (!table.has(pid)) opened.delete(pid)
  }
  const known = (pid: number): PsProcess | undefined => {
    if (now() - readMs > FRESH_MS) refresh()
    return table.get(pid)
  }
  const filesOf = (pid: number, again = false): LsofFiles | undefined => {
    const process = known(pid)
    if (process === undefined || !CANDIDATE.test(process.stat.comm)) return undefined
    const before = opened.get(pid)
    if (!again && before?.startTicks === process.stat.startTicks) return before.files
    const text = run("lsof", ["-n", "-P", "-w", "-a", "-p", String(pid), "-Fpftn"])
    const files = text === undefined ? undefined : parseLsof(text).get(pid)
    if (files !== undefined) opened.set(pid, { startTicks: process.stat.startTicks, files })
    return files
  }

  return {
    pids: () => {
      refresh()
      return [...table.keys()]
    },
    stat: (pid) => (isInUse(pid) ? known(pid)?.stat : undefined),
    argv: (pid) => {
      known(pid)
      argumentsOf ??= parsePsArguments(run("ps", ["-axww", "-o", PS_ARGUMENTS]) ?? "")
      return argumentsOf.get(pid) ?? []
    },
    link: (pid, name) => {
      if (pid === "self") return undefined
      if (name === "cwd") return filesOf(pid)?.cwd
      if (name !== "exe") return undefined
      const process = known(pid)
      // For one that can be no agent its bare name will do.
      return process === undefined || CANDIDATE.test(process.stat.comm) ? filesOf(pid)?.exe : process.stat.comm
    },
    uid: (pid) => known(pid)?.uid,
    environment: () => ({}),
    descriptors: (pid) => [...(filesOf(pid, true)?.descriptors.values() ?? [])],
    terminal: (pid): Terminal | undefined => {
      const tty = known(pid)?.tty
      const found = tty === undefined ? undefined : device(`/dev/${tty}`)
      return found === undefined ? undefined : { ...found, descriptor: 0 }
    },
    // Start times count from 1970, so does this.
    uptimeTicks: () => Math.round(now() / 10),
    text: () => undefined,
    takeDenied: () => 0,
  }
}

const runProgram = (program: string, args: readonly string[]): string | undefined => {
  try {
    return execFileSync(program, [...args], {
      timeout: TIMEOUT_MS,
      killSignal: "SIGKILL",
      maxBuffer: 32 * 1024 * 1024,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C" },
    })
  } catch (error) {
    // lsof ends with 1 when it could not tell all, and what it told is good.
    return error instanceof Error && "stdout" in error && typeof error.stdout === "string" && error.stdout !== "" ? error.stdout : undefined
  }
}

const deviceOf = (path: string): { dev: number; rdev: number } | undefined => {
  try {
    const found = statSync(path, { throwIfNoEntry: false })
    return found?.isCharacterDevice() ? { dev: found.dev, rdev: found.rdev } : undefined
  } catch {
    return undefined
  }
}

/** Signal 0 is not sent: it only asks. */
const isPidInUse = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH")
  }
}
