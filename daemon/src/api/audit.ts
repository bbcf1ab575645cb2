// An audit: each conversation as it was counted here beside what its agent counted itself, with the causes of every difference.

import { create } from "@bufbuild/protobuf"
import { timestampMs } from "@bufbuild/protobuf/wkt"
import {
  AuditCause,
  type AuditDifference,
  AuditDifferenceSchema,
  type AuditRow,
  AuditRowSchema,
  type AuditSummary,
  AuditSummarySchema,
} from "@vibecraft/shared/gen/vibecraft/v1/audit_pb"
import { Agent } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { CostSchema, type Metrics, TokensSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"

export interface AuditInput {
  readonly rows: readonly Metrics[]
  /** Codex's own total of each thread, in tokens. */
  readonly threadTokens: ReadonlyMap<string, number>
  /** What a conversation is called; empty where it has no name. */
  readonly nameOf: (conversationId: string) => string
  /** Whether threads are named that nothing is known of but their total. */
  readonly withUnread: boolean
}

/** Agents add floating-point numbers: amounts that differ by less are equal. */
const ROUNDING_NANOS_USD = 1000n

/** The rows of an audit, latest activity first. */
export function auditRows({ rows, threadTokens, nameOf, withUnread }: AuditInput): readonly AuditRow[] {
  const known = new Set(rows.map(({ conversationId }) => conversationId))
  const unread = [...threadTokens].filter(([id, tokens]) => withUnread && tokens > 0 && !known.has(id))
  const audited = rows
    .map((row) => auditRow(row, threadTokens.get(row.conversationId), nameOf(row.conversationId)))
    .filter((row) => row.requests > 0n || isCompared(row))
    .toSorted((a, b) => timeOf(b) - timeOf(a))
  return [...audited, ...unread.map(([id, tokens]) => unreadRow(id, tokens))]
}

/** Whether the agent says anything of the conversation. */
export function isCompared({ booked, threadTokens }: AuditRow): boolean {
  return booked !== undefined || threadTokens !== undefined
}

export function auditSummary(rows: readonly AuditRow[]): AuditSummary {
  const compared = rows.filter(isCompared)
  const equal = compared.filter(({ differences }) => differences.length === 0)
  const unexplained = compared.filter(({ differences }) => differences.some(({ cause }) => cause === AuditCause.UNEXPLAINED))
  return create(AuditSummarySchema, {
    compared: compared.length,
    equal: equal.length,
    explained: compared.length - equal.length - unexplained.length,
    unexplained: unexplained.length,
    hiddenNanosUsd: rows.reduce((sum, { booked }) => sum + hiddenNanosUsd(booked), 0n),
  })
}

function auditRow(metrics: Metrics, threadTokens: number | undefined, name: string): AuditRow {
  const { conversationId, sessionId, agent, tokens, cost, requests, booked, lastTime, forkedFromConversationId = "" } = metrics
  const differences =
    booked !== undefined ? moneyDifferences(metrics) : threadTokens === undefined ? [] : tokenDifferences(metrics, threadTokens)
  return create(AuditRowSchema, {
    conversationId,
    sessionId,
    agent,
    name,
    tokens: tokens ?? create(TokensSchema),
    cost: cost ?? create(CostSchema),
    requests,
    differences,
    forkedFromConversationId,
    ...(booked === undefined ? {} : { booked }),
    ...(threadTokens === undefined ? {} : { threadTokens: BigInt(threadTokens) }),
    ...(lastTime === undefined ? {} : { lastTime }),
  })
}

function moneyDifferences({ cost, booked }: Metrics): AuditDifference[] {
  if (booked === undefined) return []
  const ours = cost?.nanosUsd ?? 0n
  const parts: [AuditCause, bigint][] = [
    [AuditCause.HIDDEN_CALLS, hiddenNanosUsd(booked)],
    [AuditCause.INHERITED, booked.inheritedNanosUsd],
    [AuditCause.UNBOOKED, -booked.unbookedNanosUsd],
    [AuditCause.PRICE, booked.priceDifferenceNanosUsd],
    [AuditCause.GOES_ON, booked.countedNanosUsd - ours],
  ]
  const rest = parts.reduce((left, [, nanosUsd]) => left - nanosUsd, booked.nanosUsd - ours)
  if (rest > ROUNDING_NANOS_USD || rest < -ROUNDING_NANOS_USD) parts.push([AuditCause.UNEXPLAINED, rest])
  return parts.filter(([, nanosUsd]) => nanosUsd !== 0n).map(([cause, nanosUsd]) => create(AuditDifferenceSchema, { cause, nanosUsd }))
}

function tokenDifferences({ tokens, forkedFromConversationId }: Metrics, threadTokens: number): AuditDifference[] {
  const difference = BigInt(threadTokens) - (tokens?.total ?? 0n)
  if (difference === 0n) return []
  const cause =
    difference < 0n
      ? AuditCause.RESTARTED_TOTAL
      : forkedFromConversationId !== undefined
        ? AuditCause.INHERITED
        : tokens === undefined || tokens.total === 0n
          ? AuditCause.NO_TRANSCRIPT
          : AuditCause.UNEXPLAINED
  return [create(AuditDifferenceSchema, { cause, tokens: difference })]
}

function unreadRow(conversationId: string, tokens: number): AuditRow {
  const difference = create(AuditDifferenceSchema, { cause: AuditCause.NO_TRANSCRIPT, tokens: BigInt(tokens) })
  return create(AuditRowSchema, {
    conversationId,
    agent: Agent.CODEX,
    tokens: create(TokensSchema),
    cost: create(CostSchema),
    threadTokens: BigInt(tokens),
    differences: [difference],
  })
}

function hiddenNanosUsd(booked: AuditRow["booked"]): bigint {
  return booked?.hidden.reduce((sum, { nanosUsd }) => sum + nanosUsd, 0n) ?? 0n
}

function timeOf({ lastTime }: AuditRow): number {
  return lastTime === undefined ? 0 : timestampMs(lastTime)
}
