// Files in Claude Code's register of live sessions that name no live session.

import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { startTicksOf } from "./agent/owner.ts"

export const REGISTRY_DECOYS = [
  "registry-dead-pid",
  "registry-reused-pid",
  "registry-other-domain",
  "registry-legacy",
  "registry-torn",
  "registry-empty",
  "registry-key",
] as const
export type RegistryDecoyKind = (typeof REGISTRY_DECOYS)[number]

/** A pid that no Linux machine gives out: the kernel's limit is 2^22. */
const NO_PID = 4_194_305

/** Writes one; answers its path. */
export async function writeRegistryDecoy(kind: RegistryDecoyKind, home: string): Promise<string> {
  const folder = join(home, ".claude/sessions")
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const entry = {
    pid: NO_PID,
    sessionId: "dec0dec0-0000-4000-8000-000000000000",
    cwd: home,
    startedAt: Date.now() - 60_000,
    procStart: "1",
    version: "2.1.330",
    kind: "interactive",
    entrypoint: "cli",
    status: "busy",
    updatedAt: Date.now(),
  }
  const write = async (name: string, content: string): Promise<string> => {
    const path = join(folder, name)
    await writeFile(path, content, { mode: 0o600 })
    return path
  }
  switch (kind) {
    case "registry-dead-pid":
      return write(`${NO_PID}.json`, JSON.stringify(entry))
    case "registry-reused-pid":
      return write(`${process.pid}.json`, JSON.stringify({ ...entry, pid: process.pid, procStart: "1" }))
    case "registry-other-domain":
      return write(
        `${process.ppid}.json`,
        JSON.stringify({ ...entry, pid: process.ppid, procStart: startTicksOf(process.ppid), pidDomain: "linux:0:pid:[1]" }),
      )
    case "registry-legacy":
      return write("pid-1.json", JSON.stringify({ pid: 1, session_id: entry.sessionId, started_at: entry.startedAt }))
    case "registry-torn":
      return write(`${NO_PID + 1}.json`, JSON.stringify(entry).slice(0, 60))
    case "registry-empty":
      return write(`${NO_PID + 2}.json`, "")
    case "registry-key":
      return write(`${NO_PID}.0a0a0a0a.key`, "not a real key")
  }
}
