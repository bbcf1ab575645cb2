import { describe, expect, test } from "vitest"
import type { ContextSeen } from "../domain/facts.ts"
import { contextUsedRatio, contextWindowOf } from "./context-window.ts"
import { CLAUDE_PRICES } from "./prices/claude-prices.ts"

function context(usedTokens: number | null, windowTokens?: number): ContextSeen {
  return { kind: "context-seen", conversationId: "one", timeMs: 1, usedTokens, ...(windowTokens !== undefined && { windowTokens }) }
}

describe("the window of a model", () => {
  test.each([
    ["claude-opus-5-5", 1_000_000],
    ["us.anthropic.claude-opus-4-7-v1:0", 1_000_000],
    ["claude-sonnet-4-5-20250929", 200_000],
    ["claude-sonnet-4-5-20250929[1m]", 1_000_000],
    ["who", undefined],
  ])("%s", (model, tokens) => expect(contextWindowOf(model)).toBe(tokens))

  test("a context larger than the small window proves the large one", () => {
    expect(contextWindowOf("claude-opus-4-6", 200_000)).toBe(200_000)
    expect(contextWindowOf("claude-opus-4-6", 200_001)).toBe(1_000_000)
  })

  test("is known for every Claude model that has a price", () => {
    expect(CLAUDE_PRICES.filter(({ model }) => contextWindowOf(model) === undefined)).toEqual([])
  })
})

describe("the used share", () => {
  test("of Claude's window", () => {
    expect(contextUsedRatio(context(50_000), "claude-sonnet-4-5")).toBe(0.25)
    expect(contextUsedRatio(context(250_000), "claude-opus-4-6")).toBe(0.25)
    expect(contextUsedRatio(context(100_000), "claude-opus-4-6", 300_000)).toBe(0.1)
    expect(contextUsedRatio(context(2_000_000), "claude-opus-5-5")).toBe(1)
  })

  test("of Codex's window, without the base on either side", () => {
    expect(contextUsedRatio(context(12_000, 258_400), "gpt-5.5")).toBe(0)
    expect(contextUsedRatio(context(135_200, 258_400), undefined)).toBe(0.5)
    expect(contextUsedRatio(context(500_000, 258_400), "gpt-5.5")).toBe(1)
    expect(contextUsedRatio(context(500, 1000), "tiny")).toBe(0.5)
  })

  test("is not known after a compaction, nor for an unknown window", () => {
    expect(contextUsedRatio(context(null), "claude-opus-5-5")).toBeUndefined()
    expect(contextUsedRatio(context(5), "who")).toBeUndefined()
    expect(contextUsedRatio(context(5), undefined)).toBeUndefined()
  })
})
