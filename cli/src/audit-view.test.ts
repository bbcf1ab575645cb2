import { create, type MessageInitShape } from "@bufbuild/protobuf"
import { AuditCause, AuditRowSchema } from "@vibecraft/shared/gen/vibecraft/v1/audit_pb"
import { Agent } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { AuditResponseSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { expect, test } from "vitest"
import { renderAudit, renderComparison } from "./audit-view.ts"
import { createPaint } from "./paint.ts"

const options = { width: Number.POSITIVE_INFINITY, paint: createPaint(false) }

const EQUAL: MessageInitShape<typeof AuditRowSchema> = {
  conversationId: "c-equal",
  agent: Agent.CLAUDE,
  cost: { nanosUsd: 20_000_000n },
  booked: { nanosUsd: 20_000_000n },
}
const HIDING: MessageInitShape<typeof AuditRowSchema> = {
  conversationId: "c-hiding",
  name: "evil\u001b[31m name",
  agent: Agent.CLAUDE,
  cost: { nanosUsd: 568_786_800n },
  booked: { nanosUsd: 662_429_200n, hidden: [{ model: "claude-opus-5-5" }] },
  differences: [
    { cause: AuditCause.HIDDEN_CALLS, nanosUsd: 93_642_400n },
    { cause: AuditCause.GOES_ON, nanosUsd: -10_000_000n },
  ],
}
const THREAD: MessageInitShape<typeof AuditRowSchema> = {
  conversationId: "c-thread",
  agent: Agent.CODEX,
  tokens: { total: 21_000n },
  threadTokens: 10_500n,
  differences: [{ cause: AuditCause.RESTARTED_TOTAL, tokens: -10_500n }],
}

test("shows what differs and why, and counts the rest", () => {
  const audit = create(AuditResponseSchema, {
    rows: [EQUAL, HIDING, THREAD],
    summary: { compared: 3, equal: 1, explained: 2, hiddenNanosUsd: 93_642_400n },
    problems: ["/home/state_5.sqlite: broken"],
  })
  const text = renderAudit(audit, false, options).join("\n")
  expect(text).toContain("3 conversations compared: 1 equal, 2 explained, none unexplained.")
  expect(text).toContain("Hidden in all: $0.0936")
  expect(text).toMatch(
    /c-hiding +claude +\$0\.5688 +\$0\.6624 +\+\$0\.0936 hidden: calls without a line \(opus-5-5\); -\$0\.01 used since it last said/u,
  )
  expect(text).toMatch(/c-thread +codex +21,000 +10,500 +-10,500 its total was restarted/u)
  expect(text).toContain("Not read: /home/state_5.sqlite: broken")
  expect(text).not.toContain("c-equal")
  expect(text).not.toContain("\u001b")
  expect(renderAudit(audit, true, options).join("\n")).toMatch(/c-equal.*equal/u)
})

test("says so where no agent keeps accounts of its own", () => {
  expect(renderAudit(create(AuditResponseSchema, {}), false, options).join("\n")).toContain("No agent says anything of its own")
})

test("names what is not explained", () => {
  const rows = [create(AuditRowSchema, { ...THREAD, requests: 2n })]
  const report = {
    version: "ccusage 20\u001b[2J",
    conversations: new Map([["c-thread", { input: 1, output: 0, cacheRead: 0, cacheWrite: 0 }]]),
  }
  const text = renderComparison(rows, report, false, options).join("\n")
  expect(text).toContain("1 conversation compared: 0 equal, 0 explained, 1 unexplained.")
  expect(text).not.toContain("\u001b")
})
