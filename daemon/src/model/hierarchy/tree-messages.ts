// Trees as the contract publishes them, built from what is true when they are asked for.

import { create } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import {
  type HierarchyNode,
  HierarchyNodeSchema,
  type NodeFigures,
  NodeFiguresSchema,
  NodeKind,
  NodeLinkSchema,
  NodeState,
  type Pattern,
  PatternKind as PatternCode,
  PatternSchema,
} from "@vibecraft/shared/gen/vibecraft/v1/hierarchy_pb"
import { CONFIDENCE_CODE } from "../session-message.ts"
import { costMessage, tokensMessage } from "../tokens-message.ts"
import type { Figures } from "./figures.ts"
import type { NodeState as StateWord } from "./node-state.ts"
import type { FoundPattern, PatternKind } from "./patterns/pattern.ts"
import type { NodeFacts } from "./tree-node-facts.ts"

const KIND_CODE: Record<NodeFacts["kind"], NodeKind> = {
  session: NodeKind.SESSION,
  subagent: NodeKind.SUBAGENT,
  thread: NodeKind.THREAD,
}

const STATE_CODE: Record<StateWord, NodeState> = {
  running: NodeState.RUNNING,
  waiting: NodeState.WAITING,
  done: NodeState.DONE,
  failed: NodeState.FAILED,
  interrupted: NodeState.INTERRUPTED,
  unknown: NodeState.UNKNOWN,
}

const PATTERN_CODE: Record<PatternKind, PatternCode> = {
  "fan-out": PatternCode.FAN_OUT,
  "fan-out-gather": PatternCode.FAN_OUT_GATHER,
  pipeline: PatternCode.PIPELINE,
  "delegation-chain": PatternCode.DELEGATION_CHAIN,
  supervisor: PatternCode.SUPERVISOR,
  team: PatternCode.TEAM,
  "retry-loop": PatternCode.RETRY_LOOP,
  "background-watch": PatternCode.BACKGROUND_WATCH,
}

export function nodeMessage(facts: NodeFacts): HierarchyNode {
  const { link, startedMs, endedMs } = facts
  return create(HierarchyNodeSchema, {
    id: facts.id,
    kind: KIND_CODE[facts.kind],
    sessionId: facts.sessionId,
    name: facts.name,
    state: STATE_CODE[facts.state],
    background: facts.isBackground,
    engagements: facts.engagements,
    own: figuresMessage(facts.own),
    total: figuresMessage(facts.total),
    ...defined("parentId", facts.parentId),
    ...defined(
      "link",
      link === undefined
        ? undefined
        : create(NodeLinkSchema, {
            source: link.source,
            detail: link.detail,
            confidence: CONFIDENCE_CODE[link.confidence],
            ...defined("toolCallId", link.toolCallId),
          }),
    ),
    ...defined("conversationId", facts.conversationId),
    ...defined("subagentId", facts.subagentId),
    ...defined("description", facts.description),
    ...defined("startedTime", startedMs === undefined ? undefined : timestampFromMs(startedMs)),
    ...defined("endedTime", endedMs === undefined ? undefined : timestampFromMs(endedMs)),
    ...defined("model", facts.model),
    ...defined("team", facts.team),
    ...defined("workflowRunId", facts.workflowRunId),
    ...defined("forkedFromConversationId", facts.forkedFromConversationId),
  })
}

export function patternMessage(found: FoundPattern): Pattern {
  const { endedMs } = found
  return create(PatternSchema, {
    id: found.id,
    kind: PATTERN_CODE[found.kind],
    leaderId: found.leaderId,
    memberIds: [...found.memberIds],
    confidence: CONFIDENCE_CODE[found.confidence],
    evidence: [...found.evidence],
    startedTime: timestampFromMs(found.startedMs),
    ...defined("endedTime", endedMs === undefined ? undefined : timestampFromMs(endedMs)),
  })
}

function figuresMessage(figures: Figures): NodeFigures {
  return create(NodeFiguresSchema, {
    tokens: tokensMessage(figures),
    cost: costMessage(figures),
    requests: BigInt(figures.requests),
    toolCalls: BigInt(figures.toolCalls),
    judgedCalls: BigInt(figures.judgedCalls),
    failedCalls: BigInt(figures.failedCalls),
    apiErrors: BigInt(figures.apiErrors),
    durationMs: BigInt(Math.round(figures.durationMs)),
  })
}

/** Leaves a member out where there is no value: in the contract absent means unknown. */
function defined<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V })
}
