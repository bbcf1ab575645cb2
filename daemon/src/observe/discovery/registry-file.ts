// One file of Claude Code's own list of live sessions, <config>/sessions/<pid>.json, as its versions wrote it. Everything in it is
// untrusted text; whether it speaks of the process that now has its pid is for the caller to check with `isOfProcess`.

import type { RegistryEntry } from "../../domain/facts.ts"

export interface RegistryFile {
  readonly pid: number
  readonly entry: RegistryEntry
  /** Field 22 of /proc/<pid>/stat as text; absent before 2.1.139. */
  readonly procStart?: string
  /** "linux:<machine id>:<pid namespace>"; absent before 2.1.330. */
  readonly pidDomain?: string
  readonly startedMs?: number
  /** "interactive", "bg", "daemon", "daemon-worker"; absent in the oldest. */
  readonly kind?: string
  /** Pane in which it was started, "%3", by what it says itself since 2.1.240. It does not say on which server. */
  readonly tmuxPaneId?: string
  /** Warmed up beforehand and in nobody's use. */
  readonly spare: boolean
}

export interface ProcessToMatch {
  readonly pid: number
  readonly startTicks: string
  readonly startedMs: number
  readonly inContainer: boolean
}

/** What the machine writes as pidDomain; `machineId` undefined where it may not be read. */
export interface PidDomain {
  readonly machineId: string | undefined
  readonly namespace: string | undefined
  /** Whether start times are no clock ticks since boot here, so that only times in whole seconds can be compared. */
  readonly withoutTicks?: boolean
}

const KNOWN_STATUS: ReadonlySet<string> = new Set(["busy", "shell", "idle", "waiting"])
/** Files without procStart: how long after its process a file may have been made. */
const START_WINDOW_MS = 60_000
const CLOCK_SLACK_MS = 2_000
const SECONDS_SLACK_MS = 5_000

/** `torn`: no whole JSON, worth reading again. `foreign`: JSON of another shape, such as old homes still hold. */
export const parseRegistryFile = (text: string): RegistryFile | "torn" | "foreign" => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return "torn"
  }
  if (typeof value !== "object" || value === null) return "foreign"
  const fields = new Map<string, unknown>(Object.entries(value))
  const words = (name: string) => textOf(fields.get(name))
  const numbers = (name: string) => numberOf(fields.get(name))
  const pid = numbers("pid")
  const conversationId = words("sessionId")
  if (pid === undefined || conversationId === undefined || conversationId === "") return "foreign"
  const status = words("status")
  return {
    pid,
    spare: fields.get("spare") === true,
    ...optional({
      procStart: procStartOf(fields.get("procStart")),
      pidDomain: words("pidDomain"),
      startedMs: numbers("startedAt"),
      kind: words("kind"),
      tmuxPaneId: /(?:^|\.)(%\d{1,10})$/u.exec(words("tmux") ?? "")?.[1],
    }),
    entry: {
      conversationId,
      // A status of a schema not known would be read wrongly; the id still holds.
      ...(status !== undefined && KNOWN_STATUS.has(status) ? { status, ...optional({ waitingFor: words("waitingFor") }) } : {}),
      ...optional({
        statusUpdatedMs: numbers("statusUpdatedAt"),
        updatedMs: numbers("updatedAt"),
        name: words("name"),
        nameSource: words("nameSource"),
        version: words("version"),
        entrypoint: words("entrypoint"),
      }),
    },
  }
}

/** Whether a file speaks of this very process, and not of an earlier one with its pid or of one in a container. */
export const isOfProcess = (file: RegistryFile, process: ProcessToMatch, domain: PidDomain): boolean => {
  if (file.pid !== process.pid || process.inContainer) return false
  if (file.pidDomain !== undefined && !isDomain(file.pidDomain, domain)) return false
  if (file.procStart !== undefined && domain.withoutTicks !== true) return file.procStart === process.startTicks
  if (file.startedMs === undefined) return false
  const age = file.startedMs - process.startedMs
  return age >= -(domain.withoutTicks === true ? SECONDS_SLACK_MS : CLOCK_SLACK_MS) && age <= START_WINDOW_MS
}

const isDomain = (written: string, { machineId, namespace }: PidDomain): boolean => {
  if (namespace === undefined) return true
  return machineId === undefined ? written.endsWith(`:${namespace}`) : written === `linux:${machineId}:${namespace}`
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)
const numberOf = (value: unknown): number | undefined => (typeof value === "number" && Number.isFinite(value) ? value : undefined)
const procStartOf = (value: unknown): string | undefined => (typeof value === "number" ? String(value) : textOf(value))

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** A member that is undefined is left out. */
const optional = <T extends Record<string, string | number | undefined>>(members: T): Defined<T> => {
  const kept: Defined<T> = {}
  for (const name in members) {
    const value = members[name]
    if (isDefined(value)) kept[name] = value
  }
  return kept
}

const isDefined = <V>(value: V | undefined): value is Exclude<V, undefined> => value !== undefined
