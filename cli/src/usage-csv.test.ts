import { create } from "@bufbuild/protobuf"
import { Agent } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { Certainty } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { UsageGroup, UsageRowSchema } from "@vibecraft/shared/gen/vibecraft/v1/usage_pb"
import { expect, test } from "vitest"
import { dollars, usageCsv } from "./usage-csv.ts"

test("has exact numbers, and nothing that a spreadsheet runs or a terminal obeys", () => {
  const row = create(UsageRowSchema, {
    sessionId: "s-1",
    name: '=HYPERLINK("http://evil","x")\u001b[2J',
    agent: Agent.CLAUDE,
    project: "/work/a,b",
    requests: 3n,
    tokens: { input: 1n, output: 2n, reasoning: 1n, cacheRead: 3n, cacheWrite5m: 4n, cacheWrite1h: 5n, total: 15n },
    cost: { nanosUsd: 1_234_567_890n, certainty: Certainty.UNPRICED, unpricedModels: ["@who", "x"] },
    corrected: { tokens: { total: -7n }, cost: { nanosUsd: -5n } },
  })
  expect(usageCsv([row], [UsageGroup.SESSION, UsageGroup.AGENT])).toEqual([
    "session_id,name,agent,project,requests,input_tokens,output_tokens,reasoning_tokens,cache_read_tokens,cache_write_5m_tokens,cache_write_1h_tokens,total_tokens,cost_usd,certainty,unpriced_models,corrected_tokens,corrected_cost_usd",
    `s-1,"'=HYPERLINK(""http://evil"",""x"")",claude,"/work/a,b",3,1,2,1,3,4,5,15,1.234567890,unpriced,'@who x,-7,-0.000000005`,
  ])
})

test.each([
  [0n, "0.000000000"],
  [1n, "0.000000001"],
  [-1_500_000_000n, "-1.500000000"],
])("%s is %s USD", (nanos, text) => expect(dollars(nanos)).toBe(text))
