// The machine: an id that stays over restarts, a name for people, and the boot that makes process ids unique.

import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { hostname } from "node:os"

export interface HostIdentity {
  /** A hash, so that the machine id itself is not published. */
  readonly id: string
  readonly name: string
  /** Changes with every boot; process ids and start ticks are unique within one. */
  readonly bootId: string
}

export function hostIdentity(): HostIdentity {
  const name = hostname()
  const machine = firstLine("/etc/machine-id") ?? name
  return {
    id: createHash("sha256").update(`vibecraft host ${machine}`).digest("hex").slice(0, 16),
    name,
    bootId: firstLine("/proc/sys/kernel/random/boot_id") ?? "unknown-boot",
  }
}

function firstLine(path: string): string | undefined {
  try {
    const line = readFileSync(path, "utf8").split("\n")[0]?.trim()
    return line === "" ? undefined : line
  } catch {
    return undefined
  }
}
