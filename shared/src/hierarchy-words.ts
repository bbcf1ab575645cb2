// How states of nodes and patterns are called and marked, the same words in the terminal and on the page.

import { NodeState, PatternKind } from "./gen/vibecraft/v1/hierarchy_pb.ts"

export interface NodeWord {
  /** One lower-case word. */
  readonly word: string
  /** One character of width one. */
  readonly symbol: string
  /** The same where only ASCII can be shown. */
  readonly ascii: string
}

const UNKNOWN: NodeWord = { word: "unknown", symbol: "?", ascii: "?" }

const NODE_WORDS = new Map<number, NodeWord>([
  [NodeState.RUNNING, { word: "running", symbol: "●", ascii: "*" }],
  [NodeState.WAITING, { word: "waiting", symbol: "▲", ascii: "!" }],
  [NodeState.DONE, { word: "done", symbol: "○", ascii: "-" }],
  [NodeState.FAILED, { word: "failed", symbol: "×", ascii: "x" }],
  [NodeState.INTERRUPTED, { word: "interrupted", symbol: "■", ascii: "=" }],
])

const PATTERN_WORDS = new Map<number, string>([
  [PatternKind.FAN_OUT, "fan-out"],
  [PatternKind.FAN_OUT_GATHER, "fan-out and gather"],
  [PatternKind.PIPELINE, "pipeline"],
  [PatternKind.DELEGATION_CHAIN, "delegation chain"],
  [PatternKind.SUPERVISOR, "supervisor"],
  [PatternKind.TEAM, "team"],
  [PatternKind.RETRY_LOOP, "retry loop"],
  [PatternKind.BACKGROUND_WATCH, "background watch"],
])

/** Those of `unknown` for a state that this version does not know. */
export function nodeWord(state: NodeState): NodeWord {
  return NODE_WORDS.get(state) ?? UNKNOWN
}

/** "pattern" for one that this version does not know. */
export function patternWord(kind: PatternKind): string {
  return PATTERN_WORDS.get(kind) ?? "pattern"
}
