import { expect, test } from "vitest"
import { modelIdOf } from "./model-id.ts"

test.each([
  ["claude-opus-5-5", { name: "claude-opus-5-5" }],
  ["claude-opus-4-5-20251101", { name: "claude-opus-4-5" }],
  ["claude-3-5-sonnet-latest", { name: "claude-3-5-sonnet" }],
  ["Claude-Opus-5 ", { name: "claude-opus-5" }],
  ["claude-opus-4-6[1m]", { name: "claude-opus-4-6", million: true }],
  ["claude-opus-5-5-fast", { name: "claude-opus-5-5", fast: true }],
  ["claude-opus-4-8-fast[1m]", { name: "claude-opus-4-8", fast: true, million: true }],
  ["anthropic/claude-sonnet-5", { name: "claude-sonnet-5", resold: true }],
  ["openrouter/openai/gpt-5.4", { name: "gpt-5.4", resold: true }],
  ["us.anthropic.claude-sonnet-4-5-20250929-v1:0", { name: "claude-sonnet-4-5", resold: true }],
  ["eu.anthropic.claude-opus-5-v1", { name: "claude-opus-5", resold: true }],
  ["global.anthropic.claude-opus-4-6-v1:0[1m]", { name: "claude-opus-4-6", resold: true, million: true }],
  ["anthropic.claude-opus-5-5", { name: "claude-opus-5-5", resold: true }],
  ["claude-sonnet-4-5@20250929", { name: "claude-sonnet-4-5", resold: true }],
  ["gpt-5-2025-08-07", { name: "gpt-5" }],
  ["azure/gpt-5.4-mini", { name: "gpt-5.4-mini", resold: true }],
  ["my-claude-opus-5-5-finetune", { name: "my-claude-opus-5-5-finetune" }],
  ["", { name: "" }],
  ["/", { name: "/" }],
])("%s", (reported, expected) => {
  expect(modelIdOf(reported)).toEqual({ fast: false, million: false, resold: false, ...expected })
})
