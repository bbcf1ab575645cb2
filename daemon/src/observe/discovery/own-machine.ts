// What the daemon knows of the machine and of itself before it looks at anything else.

import { readFileSync } from "node:fs"
import type { PidDomain } from "./registry-file.ts"
import type { ProcFiles } from "../../work/scan/proc-files.ts"

export interface OwnMachine {
  /** Changes at every boot. */
  readonly bootId: string
  readonly domain: PidDomain
  /** How processes are seen here, and what cannot be seen; empty where nothing is lacking. */
  readonly platform: { readonly how: string; readonly lacks: string }
}

/** Reads what never changes. */
export const ownMachine = (files: Pick<ProcFiles, "link" | "text">, platform: NodeJS.Platform = process.platform): OwnMachine => ({
  bootId: firstLine("/proc/sys/kernel/random/boot_id") ?? "unknown-boot",
  domain: {
    machineId: firstLine("/etc/machine-id"),
    namespace: files.link("self", "ns/pid"),
    ...(platform === "darwin" ? { withoutTicks: true } : {}),
  },
  platform: describePlatform(platform, {
    version: files.text("version") ?? "",
    cgroup: files.text("1/cgroup") ?? "",
    mounts: files.text("self/mountinfo") ?? "",
    namespace: files.link("self", "ns/pid"),
  }),
})

/** Texts of /proc/version, /proc/1/cgroup and /proc/self/mountinfo, and where /proc/self/ns/pid points to. */
export interface KernelWords {
  readonly version: string
  readonly cgroup: string
  readonly mounts: string
  readonly namespace: string | undefined
}

/** The kernel gives its first pid namespace this number (PROC_PID_INIT_INO). */
const FIRST_NAMESPACE = "pid:[4026531836]"
/** Whether /proc is mounted so that processes of others are not listed. */
const HIDES_OTHERS = / \/proc \S+(?: \S+)* - proc .*hidepid=(?:[124]|noaccess|invisible|ptraceable)/u

/** Words for `vibecraft doctor`. */
export const describePlatform = (
  platform: NodeJS.Platform,
  { version, cgroup, mounts, namespace }: KernelWords,
): OwnMachine["platform"] => {
  if (platform === "darwin")
    return {
      how: "macOS, by ps and lsof",
      lacks: "unverified: tested on recorded outputs alone; parents are known by ancestry only, and scans cost more",
    }
  if (platform !== "linux") return { how: platform, lacks: "not supported: processes cannot be read here" }
  if (/microsoft/iu.test(version))
    return {
      how: "Linux under WSL, by /proc",
      lacks: "untried; what runs on the Windows side is not seen, and folders below /mnt send no hints",
    }
  const hides = HIDES_OTHERS.test(mounts) ? ", which lists your own processes alone (hidepid)" : ""
  if (/docker|containerd|kubepods|libpod|lxc/u.test(cgroup) || (namespace !== undefined && namespace !== FIRST_NAMESPACE))
    return { how: `Linux in a container, by /proc${hides}`, lacks: "only what runs in this container (pid namespace) is seen" }
  return { how: `Linux, by /proc${hides}`, lacks: "" }
}

/** Signal 0 is not sent: it only asks whether a pid is in use. */
export const isPidInUse = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH")
  }
}

const firstLine = (path: string): string | undefined => {
  try {
    const line = readFileSync(path, "utf8").split("\n")[0]?.trim()
    return line === "" ? undefined : line
  } catch {
    return undefined
  }
}
