// `sessions/<pid>.json`: Claude Code's own register of live sessions, rewritten in place.

import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, readlinkSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"
import type { Mood } from "../client.ts"
import { startTicksOf } from "../owner.ts"
import type { ClaudeProfile } from "./profile.ts"

export interface RegistryFile {
  set(state: { sessionId: string; mood: Mood; name?: string; nameSource?: string }): void
  /** "session:@window.%pane", known a moment after the start. */
  setTmux(tmux: string): void
  /** A clean exit deletes it; a kill leaves it. */
  remove(): void
}

const WAITING_FOR: Partial<Record<Mood, string>> = { permission: "permission prompt", question: "input needed", dialog: "dialog open" }

export function createRegistryFile(options: { configDir: string; cwd: string; entrypoint: string; profile: ClaudeProfile }): RegistryFile {
  const { profile } = options
  const path = join(options.configDir, "sessions", `${process.pid}.json`)
  const startedAt = Date.now()
  const peer = { peerProtocol: 3, peerFeatures: ["reply", "cancel"] }
  let last: Parameters<RegistryFile["set"]>[0] | undefined
  let firstSessionId: string | undefined
  let tmux: string | undefined
  let lastMood: Mood | undefined
  let statusUpdatedAt = startedAt

  const content = (): Record<string, unknown> => {
    const { sessionId, mood, name, nameSource } = last ?? { sessionId: "", mood: "idle" }
    firstSessionId ??= sessionId
    const entry: Record<string, unknown> = {
      pid: process.pid,
      sessionId: profile.registryFollows ? sessionId : firstSessionId,
      cwd: options.cwd,
      startedAt,
    }
    if (profile.registry >= 112) Object.assign(entry, { kind: "interactive", entrypoint: options.entrypoint })
    if (profile.registry >= 145) {
      const waitingFor = WAITING_FOR[mood]
      const status = waitingFor !== undefined ? "waiting" : mood
      Object.assign(entry, {
        procStart: startTicksOf("self"),
        version: profile.version,
        peerProtocol: peer.peerProtocol,
        status,
        updatedAt: Date.now(),
      })
      if (waitingFor !== undefined) entry["waitingFor"] = waitingFor
    }
    if (profile.registry >= 200) Object.assign(entry, { statusUpdatedAt }, name === undefined ? {} : { name, nameSource })
    if (profile.registry >= 240) Object.assign(entry, { peerFeatures: peer.peerFeatures }, tmux === undefined ? {} : { tmux })
    if (profile.registry >= 330) Object.assign(entry, { pidDomain: pidDomain(), asksForConvertedSkills: true })
    return entry
  }
  const write = (): void => {
    if (last === undefined) return
    mkdirSync(join(options.configDir, "sessions"), { recursive: true, mode: 0o700 })
    const bytes = Buffer.from(JSON.stringify(content()))
    const fd = openOrCreate(path)
    writeSync(fd, bytes, 0, bytes.length, 0)
    ftruncateSync(fd, bytes.length)
    closeSync(fd)
  }
  return {
    set(state) {
      if (state.mood !== lastMood) statusUpdatedAt = Date.now()
      lastMood = state.mood
      last = state
      write()
    },
    setTmux(value) {
      tmux = value
      write()
    },
    remove: () => rmSync(path, { force: true }),
  }
}

function openOrCreate(path: string): number {
  try {
    return openSync(path, "r+", 0o600)
  } catch {
    return openSync(path, "w", 0o600)
  }
}

function pidDomain(): string {
  let machineId = ""
  try {
    machineId = readFileSync("/etc/machine-id", "utf8").trim()
  } catch {
    // a machine without one
  }
  return `linux:${machineId}:${readlinkSync("/proc/self/ns/pid")}`
}
