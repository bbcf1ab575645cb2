// What is true of a world, as whoever set it up knows it, and how far what is published agrees with it.

import { Role, type Role as RoleCode } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { type Session, Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"

export interface Truth {
  /** What kind of case it is, for people. */
  readonly label: string
  readonly pid: number
  readonly agent: 1 | 2
  readonly role: keyof typeof Role
  /** "socket %3"; absent outside tmux. */
  readonly pane?: string
  /** The conversation it is in; "unknown" where no evidence can tell it, and then it must be published as unknown. */
  readonly conversationId: string
  /** What it does; absent where that is not compared. */
  readonly status?: "WAITING" | "IDLE" | "WORKING"
  /** Process id of the agent that started it; absent where none did. */
  readonly parentPid?: number
}

export interface Score {
  readonly expected: number
  readonly found: number
  readonly missed: readonly string[]
  readonly invented: readonly string[]
  /** A fact that is published and not true. */
  readonly wrong: readonly string[]
  /** A fact that could be known and is published as unknown. */
  readonly unknown: readonly string[]
}

const ROLE_NAME = new Map<RoleCode, string>(Object.entries(Role).map(([name, code]) => [code as RoleCode, name]))
const STATUS_NAME = new Map<Status, string>(Object.entries(Status).map(([name, code]) => [code as Status, name]))
const paneOf = ({ pane }: Session): string | undefined => (pane === undefined ? undefined : `${pane.socket} ${pane.paneId}`)

/** Compares each running session with the truth. */
export const score = (truths: readonly Truth[], running: readonly Session[]): Score => {
  const byPid = new Map(running.map((session) => [session.pid, session]))
  const byId = new Map(running.map((session) => [session.id, session]))
  const missed: string[] = []
  const wrong: string[] = []
  const unknown: string[] = []
  const compare = (what: string, truth: string | undefined, said: string | undefined) => {
    if (said === truth) return
    if (said === undefined) unknown.push(what)
    else wrong.push(`${what}: ${said}, in truth ${truth ?? "none"}`)
  }
  for (const truth of truths) {
    const session = byPid.get(truth.pid)
    if (session === undefined) {
      missed.push(truth.label)
      continue
    }
    if (session.agent !== truth.agent) wrong.push(`${truth.label} agent: ${session.agent}`)
    compare(`${truth.label} role`, truth.role, ROLE_NAME.get(session.role))
    compare(`${truth.label} pane`, truth.pane, paneOf(session))
    compare(`${truth.label} conversation`, truth.conversationId === "unknown" ? undefined : truth.conversationId, session.conversationId)
    if (truth.status !== undefined) {
      const isUnknown = session.status === Status.UNKNOWN || session.status === Status.STARTING
      compare(`${truth.label} status`, truth.status, isUnknown ? undefined : STATUS_NAME.get(session.status))
    }
    const parent = session.parentSessionId === undefined ? undefined : String(byId.get(session.parentSessionId)?.pid)
    compare(`${truth.label} parent`, truth.parentPid === undefined ? undefined : String(truth.parentPid), parent)
  }
  const known = new Set(truths.map(({ pid }) => pid))
  const invented = running.filter(({ pid }) => !known.has(pid ?? -1)).map(({ pid, command, name }) => `${pid} ${command} ${name}`)
  return { expected: truths.length, found: truths.length - missed.length, missed, invented, wrong, unknown }
}

/** One line for people. */
export const scoreLine = ({ expected, found, missed, invented, wrong, unknown }: Score, decoys: number): string =>
  `${found} of ${expected} found, ${missed.length} missed, ${invented.length} of ${decoys} decoys invented, ${wrong.length} wrong, ${unknown.length} left unknown`
