// Our tokens beside ccusage's, conversation by conversation, with the reason for each difference as far as the two counts tell it.

import { type AuditRow } from "@vibecraft/shared/gen/vibecraft/v1/audit_pb"
import { Agent } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { CcusageTokens } from "./ccusage.ts"

export interface Comparison {
  readonly row: AuditRow | undefined
  readonly conversationId: string
  readonly ours: CcusageTokens
  readonly theirs: CcusageTokens
  /** Undefined where they are equal. */
  readonly reason: string | undefined
  /** The reason is certain. Always true where they are equal. */
  readonly isExplained: boolean
}

const NOTHING: CcusageTokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }

/** Conversations that either side counts something in, in the order of `rows`, then those that ccusage alone knows. */
export function compareWithCcusage(rows: readonly AuditRow[], theirs: ReadonlyMap<string, CcusageTokens>): readonly Comparison[] {
  const byId = new Map(rows.map((row) => [row.conversationId, row]))
  const families = familiesOf(rows)
  const ids = [...rows.filter(({ requests }) => requests > 0n).map(({ conversationId }) => conversationId), ...theirs.keys()]
  return [...new Set(ids)].map((conversationId) => {
    const row = byId.get(conversationId)
    const pair = { ours: tokensOf(row), theirs: theirs.get(conversationId) ?? NOTHING }
    const isFamilyEqual = (families.get(conversationId)?.size ?? 0) > 1 && isEqual(sumOf(families.get(conversationId), byId, theirs))
    return { row, conversationId, ...pair, ...reasonOf(row, pair, theirs.has(conversationId), isFamilyEqual) }
  })
}

interface Pair {
  readonly ours: CcusageTokens
  readonly theirs: CcusageTokens
}

interface Reason {
  readonly reason: string | undefined
  readonly isExplained: boolean
}

function reasonOf(row: AuditRow | undefined, pair: Pair, isKnownThere: boolean, isFamilyEqual: boolean): Reason {
  const certain = (reason: string | undefined): Reason => ({ reason, isExplained: true })
  const possible = (reason: string): Reason => ({ reason, isExplained: false })
  if (isEqual(pair)) return certain(undefined)
  if (isFamilyEqual) return certain("copied requests count here for the conversation that made them, there for the file that comes first")
  if (row === undefined) return possible("not known here; is its home followed? vibecraft status lists them")
  if (!isKnownThere) return possible("ccusage lists nothing: packed away (.zst), or deleted since it was counted here")
  const { ours, theirs } = pair
  if (row.agent === Agent.CODEX && isLess(theirs, ours)) {
    const own = row.threadTokens
    const proof = own !== undefined && own === BigInt(total(ours)) ? `; Codex's own total is ours, ${own}` : ""
    const reason = `ccusage takes a thread's first counts for copied history where several fall in one second${proof}`
    return proof === "" && row.forkedFromConversationId === "" ? possible(reason) : certain(reason)
  }
  if (isLess(theirs, ours)) return possible("ccusage passes over lines with a null or damage in them, and what was deleted since")
  if (isLess(ours, theirs)) return possible("ccusage counts a response twice that came under two request ids")
  return possible("not explained")
}

/** Conversations with those that their histories were copied from and to. */
function familiesOf(rows: readonly AuditRow[]): ReadonlyMap<string, ReadonlySet<string>> {
  const families = new Map<string, Set<string>>()
  for (const { conversationId, forkedFromConversationId: parent } of rows) {
    if (parent === "") continue
    const family = new Set([...(families.get(conversationId) ?? [conversationId]), ...(families.get(parent) ?? [parent])])
    for (const member of family) families.set(member, family)
  }
  return families
}

function sumOf(
  family: ReadonlySet<string> | undefined,
  rows: ReadonlyMap<string, AuditRow>,
  theirs: ReadonlyMap<string, CcusageTokens>,
): Pair {
  let pair: Pair = { ours: NOTHING, theirs: NOTHING }
  for (const id of family ?? [])
    pair = { ours: plus(pair.ours, tokensOf(rows.get(id))), theirs: plus(pair.theirs, theirs.get(id) ?? NOTHING) }
  return pair
}

function tokensOf(row: AuditRow | undefined): CcusageTokens {
  const tokens = row?.tokens
  if (tokens === undefined) return NOTHING
  return {
    input: Number(tokens.input),
    output: Number(tokens.output),
    cacheRead: Number(tokens.cacheRead),
    cacheWrite: Number(tokens.cacheWrite5m + tokens.cacheWrite1h),
  }
}

const CLASSES = ["input", "output", "cacheRead", "cacheWrite"] as const

function isEqual({ ours, theirs }: Pair): boolean {
  return CLASSES.every((name) => ours[name] === theirs[name])
}

function isLess(a: CcusageTokens, b: CcusageTokens): boolean {
  return CLASSES.every((name) => a[name] <= b[name])
}

function plus(a: CcusageTokens, b: CcusageTokens): CcusageTokens {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
  }
}

export function total(tokens: CcusageTokens): number {
  return CLASSES.reduce((sum, name) => sum + tokens[name], 0)
}
