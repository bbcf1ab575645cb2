// What Claude Code's lines tell of money, limits and copies beyond the messages themselves.

import { describe, expect, it } from "vitest"
import type { BookedCostSeen, TranscriptFact } from "../../../domain/facts.ts"
import type { JsonObject } from "../json-fields.ts"
import type { TranscriptFile } from "../port.ts"
import { claudeNormaliser } from "./normaliser.ts"

const OWN = "own-session"
const MAIN: TranscriptFile = { path: `/h/projects/p/${OWN}.jsonl`, relativePath: `projects/p/${OWN}.jsonl`, birthMs: 0 }
const AGENT: TranscriptFile = { ...MAIN, relativePath: `projects/p/${OWN}/subagents/agent-a1b2c3d.jsonl` }
const START = Date.UTC(2026, 10, 1)
const at = (ms: number) => new Date(START + ms).toISOString()

function facts(lines: readonly JsonObject[], file = MAIN): TranscriptFact[] {
  const state = claudeNormaliser.start(file)
  const all: TranscriptFact[] = []
  for (const line of lines) expect(claudeNormaliser.line(state, file, line, (fact) => all.push(fact))).toBe("used")
  claudeNormaliser.atEnd(state, (fact) => all.push(fact))
  return all
}

const prompt = (ms: number): JsonObject => ({
  type: "user",
  sessionId: OWN,
  timestamp: at(ms),
  message: { role: "user", content: "do" },
})

const message = (id: string, more: JsonObject = {}): JsonObject => ({
  id,
  model: "claude-opus-5-5",
  stop_reason: null,
  content: [{ type: "text", text: "x" }],
  usage: { input_tokens: 1, output_tokens: 2 },
  ...more,
})

describe("cost-state lines", () => {
  const state = (usd: unknown, more: JsonObject = {}): JsonObject => ({ type: "cost-state", sessionId: OWN, totalCostUSD: usd, ...more })
  const booked = (lines: readonly JsonObject[]): BookedCostSeen[] => facts(lines).filter((fact) => fact.kind === "booked-cost-seen")

  it("say what was booked, by model", () => {
    const modelUsage = {
      "claude-opus-5-5": {
        inputTokens: 6,
        outputTokens: 500,
        thinkingTokens: 70,
        cacheReadInputTokens: 40_000,
        cacheCreationInputTokens: 2000,
        cacheCreationEphemeral1hInputTokens: 800,
        webSearchRequests: 4,
        costUSD: 0.0734664,
      },
    }
    expect(booked([prompt(0), state(0.110_199_600_000_000_01, { modelUsage, hasUnknownModelCost: true })])).toEqual([
      {
        kind: "booked-cost-seen",
        conversationId: OWN,
        untilMs: START,
        nanosUsd: 110_199_600,
        hasUnknownModel: true,
        models: [
          {
            model: "claude-opus-5-5",
            usage: { input: 6, output: 500, reasoning: 70, cacheRead: 40_000, cacheWrite5m: 1200, cacheWrite1h: 800 },
            webSearches: 4,
            nanosUsd: 73_466_400,
          },
        ],
      },
    ])
  })

  it("were written when the process had run so long, though its main agent had long been silent", () => {
    const times = booked([
      prompt(400),
      state(1, { startTime: START, totalDuration: 9000 }),
      // Resumed an hour later: the time run goes on from there.
      prompt(3_600_000),
      prompt(3_600_100),
      state(2, { startTime: START, totalDuration: 9500 }),
      prompt(7_200_000),
      // A clock that went wrong.
      state(3, { startTime: START, totalDuration: 1 }),
    ]).map(({ untilMs }) => untilMs - START)
    expect(times).toEqual([9000, 3_600_500, 7_200_000])
  })

  it("say what requests and tools took, all of it or nothing", () => {
    const took = { totalAPIDuration: 5000.4, totalAPIDurationWithoutRetries: 4000, totalToolDuration: 700, totalDuration: 9000 }
    const times = { modelMs: 5000, modelWithoutRetriesMs: 4000, toolMs: 700, totalMs: 9000 }
    expect(booked([prompt(0), state(1, took)])).toMatchObject([{ times }])
    expect(booked([prompt(0), state(1, { ...took, totalToolDuration: -1 })])[0]).not.toHaveProperty("times")
  })

  it("cost the member that is malformed and not the line, and say nothing without a sum", () => {
    const odd = { "claude-opus-5-5": { inputTokens: -5, outputTokens: "many", costUSD: null }, x: null, y: 7 }
    expect(booked([prompt(0), state(1, { modelUsage: odd, totalDuration: "long" })])).toMatchObject([
      { nanosUsd: 1e9, models: [{ nanosUsd: 0, usage: { input: 0, output: 0 } }] },
    ])
    for (const usd of [undefined, null, -1, "1", 1e300]) expect(booked([prompt(0), state(usd)])).toEqual([])
  })
})

describe("copies of a subagent's lines in progress lines", () => {
  const copy = (data: JsonObject): JsonObject => ({
    parentUuid: null,
    type: "progress",
    sessionId: OWN,
    data: {
      message: { type: "assistant", timestamp: at(1500), requestId: "req_1", message: message("m1") },
      type: "agent_progress",
      agentId: "a1b2c3d",
      ...data,
    },
    timestamp: at(2000),
  })

  it("are the request that the subagent's own file has", () => {
    const own: JsonObject = {
      type: "assistant",
      sessionId: OWN,
      agentId: "a1b2c3d",
      isSidechain: true,
      timestamp: at(1500),
      requestId: "req_1",
      message: message("m1"),
    }
    const copied = facts([prompt(0), copy({})]).find(({ kind }) => kind === "request-seen")
    expect(copied).toMatchObject({ key: "m1", subagentId: "a1b2c3d", sidechain: true, usage: { output: 2 } })
    expect(facts([own], AGENT).filter(({ kind }) => kind === "request-seen")).toEqual([copied])
  })

  it("are nothing where they are no such copies", () => {
    for (const data of [{ type: "hook_progress" }, { agentId: 7 }, { message: { type: "user", message: {} } }, { message: null }]) {
      expect(facts([prompt(0), copy(data)]).filter(({ kind }) => kind === "request-seen")).toEqual([])
    }
  })
})

describe("limits of the account", () => {
  const limits = (list: readonly TranscriptFact[]) => list.filter(({ kind }) => kind === "rate-limit-seen")

  it("stand with a failed request", () => {
    const rateLimits = {
      five_hour: { used_percentage: 97.5, resets_at: 1_800_000_000 },
      seven_day: null,
      "bad\u001bname": { used_percentage: 1 },
    }
    const line = { type: "system", subtype: "api_error", sessionId: OWN, timestamp: at(1), error: { status: 429, rateLimits } }
    expect(limits(facts([prompt(0), line]))).toEqual([
      {
        kind: "rate-limit-seen",
        conversationId: OWN,
        timeMs: START + 1,
        agent: "claude",
        name: "five_hour",
        usedRatio: 0.975,
        resetsMs: 1_800_000_000_000,
      },
    ])
  })

  it("that are used up are named in words", () => {
    const content = [{ type: "text", text: "Claude AI usage limit reached|1760000000" }]
    const line = {
      type: "assistant",
      isApiErrorMessage: true,
      sessionId: OWN,
      timestamp: at(1),
      message: { model: "<synthetic>", content },
    }
    expect(limits(facts([prompt(0), line]))).toMatchObject([{ name: "usage limit", usedRatio: 1, resetsMs: 1_760_000_000_000 }])
  })
})

it("a subagent's lines name its kind, once", () => {
  const line = (id: string): JsonObject => ({
    type: "assistant",
    sessionId: OWN,
    agentId: "a1b2c3d",
    isSidechain: true,
    attributionAgent: "Explore",
    timestamp: at(1),
    message: message(id),
  })
  const kinds = facts([line("m1"), line("m2")], AGENT).flatMap((fact) =>
    fact.kind === "subagent-seen" && fact.agentType ? [fact.agentType] : [],
  )
  expect(kinds).toEqual(["Explore"])
})
