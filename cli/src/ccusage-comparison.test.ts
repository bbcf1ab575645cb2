import { create } from "@bufbuild/protobuf"
import { type AuditRow, AuditRowSchema } from "@vibecraft/shared/gen/vibecraft/v1/audit_pb"
import { Agent } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { expect, test } from "vitest"
import { compareWithCcusage } from "./ccusage-comparison.ts"

function row(
  conversationId: string,
  output: bigint,
  more: Partial<Pick<AuditRow, "agent" | "requests" | "threadTokens" | "forkedFromConversationId">> = {},
) {
  return create(AuditRowSchema, { conversationId, agent: Agent.CLAUDE, requests: 1n, tokens: { output, total: output }, ...more })
}

const theirs = (counts: Readonly<Record<string, number>>) =>
  new Map(Object.entries(counts).map(([id, output]) => [id, { input: 0, output, cacheRead: 0, cacheWrite: 0 }]))

function reasons(...[rows, counts]: Parameters<typeof compareWithCcusage>) {
  return compareWithCcusage(rows, counts).map(({ conversationId, reason, isExplained }) => [
    conversationId,
    isExplained,
    reason?.slice(0, 25),
  ])
}

test("equal counts need no reason, and what neither side counts is not compared", () => {
  expect(reasons([row("a", 5n), row("idle", 0n, { requests: 0n })], theirs({ a: 5 }))).toEqual([["a", true, undefined]])
})

test("a fork's copied requests move between the members of its family alone", () => {
  const rows = [row("parent", 10n), row("fork", 2n, { forkedFromConversationId: "parent" }), row("other", 1n)]
  expect(reasons(rows, theirs({ parent: 4, fork: 8, other: 1 }))).toEqual([
    ["parent", true, "copied requests count her"],
    ["fork", true, "copied requests count her"],
    ["other", true, undefined],
  ])
  // Where the family's sums differ something else is wrong.
  expect(reasons(rows, theirs({ parent: 4, fork: 9, other: 1 })).map(([, isExplained]) => isExplained)).toEqual([false, false, true])
})

test("a Codex thread is explained where it is a fork or Codex's own total agrees with ours", () => {
  const codex = { agent: Agent.CODEX }
  const rows = [
    row("proven", 20n, { ...codex, threadTokens: 20n }),
    row("fork", 20n, { ...codex, forkedFromConversationId: "gone" }),
    row("odd", 20n, { ...codex, threadTokens: 10n }),
  ]
  expect(reasons(rows, theirs({ proven: 10, fork: 10, odd: 10 })).map(([id, isExplained]) => [id, isExplained])).toEqual([
    ["proven", true],
    ["fork", true],
    ["odd", false],
  ])
})

test("what has no certain reason is called unexplained", () => {
  expect(reasons([row("less", 5n), row("more", 5n), row("gone", 5n)], theirs({ less: 4, more: 6, unknown: 1 }))).toEqual(
    [
      ["less", false, "ccusage passes over lines "],
      ["more", false, "ccusage counts a response"],
      ["gone", false, "ccusage lists nothing: pa"],
      ["unknown", false, "not known here; is its ho"],
    ].map(([id, isExplained, reason]) => [id, isExplained, String(reason).slice(0, 25)]),
  )
})
