// How statuses, agents and roles are called and marked, the same words and shapes in the terminal and on the page.
// Colour is each client's own affair; word and shape must say it without.

import { Agent, Role } from "./gen/vibecraft/v1/common_pb.ts"
import { Status } from "./gen/vibecraft/v1/session_pb.ts"

/** Outline that a drawing client gives a status. */
export type StatusShape = "triangle" | "disc" | "ring" | "half" | "square" | "cross" | "dot" | "hatched"

export interface StatusWord {
  /** One lower-case word. */
  readonly word: string
  /** One character of width one. */
  readonly symbol: string
  readonly shape: StatusShape
  /** It waits for a person. */
  readonly needsYou: boolean
  /** The process is there, as far as known. */
  readonly live: boolean
}

const UNKNOWN: StatusWord = { word: "unknown", symbol: "?", shape: "hatched", needsYou: false, live: true }

const STATUS_WORDS = new Map<number, StatusWord>([
  [Status.WAITING, { word: "waiting", symbol: "▲", shape: "triangle", needsYou: true, live: true }],
  [Status.STALLED, { word: "stalled", symbol: "■", shape: "square", needsYou: false, live: true }],
  [Status.WORKING, { word: "working", symbol: "●", shape: "disc", needsYou: false, live: true }],
  [Status.STARTING, { word: "starting", symbol: "◐", shape: "half", needsYou: false, live: true }],
  [Status.IDLE, { word: "idle", symbol: "○", shape: "ring", needsYou: false, live: true }],
  [Status.UNKNOWN, UNKNOWN],
  [Status.OFFLINE, { word: "offline", symbol: "×", shape: "cross", needsYou: false, live: false }],
  [Status.ENDED, { word: "ended", symbol: "·", shape: "dot", needsYou: false, live: false }],
])

const AGENT_WORDS = new Map<number, string>([
  [Agent.CLAUDE, "claude"],
  [Agent.CODEX, "codex"],
])

const ROLE_WORDS = new Map<number, string>([
  [Role.INTERACTIVE, "interactive"],
  [Role.HEADLESS, "headless"],
  [Role.TEAMMATE, "teammate"],
  [Role.BACKGROUND, "background"],
  [Role.ATTACH_VIEW, "view"],
])

/** Word, symbol and shape of a status; those of `unknown` for one this version does not know. */
export function statusWord(status: Status): StatusWord {
  return STATUS_WORDS.get(status) ?? UNKNOWN
}

/** "claude" or "codex"; "agent" for one this version does not know. */
export function agentWord(agent: Agent): string {
  return AGENT_WORDS.get(agent) ?? "agent"
}

/** "interactive", "headless", …; empty where the role is not known. */
export function roleWord(role: Role): string {
  return ROLE_WORDS.get(role) ?? ""
}
