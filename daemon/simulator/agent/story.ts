// What an agent does when nobody tells it what to do: seeded working days of different kinds.

import type { AgentKind } from "../../src/domain/agent.ts"
import type { ToolOutcome } from "../../src/domain/facts.ts"
import type { Client } from "./client.ts"
import type { Clock } from "./clock.ts"
import type { Content } from "./content.ts"
import type { StoryKind, ToolRequest } from "./control.ts"
import { audit, orchestrate, type Orchestration } from "./orchestration.ts"
import type { Random } from "./random.ts"
import { retry, supervise } from "./second-looks.ts"

export interface StoryTeller {
  /** Runs until it ends or `signal` is aborted; answers true when the agent should leave. */
  run(kind: StoryKind, signal: AbortSignal): Promise<boolean>
}

const DAY_MS = 24 * 3_600_000
/** What the troubled one switches between. */
const MODELS = ["claude-opus-5-5", "claude-sonnet-5-5"] as const

/** What subagents are sent for. */
const ERRANDS = [
  { description: "Find who calls this", prompt: "Find every caller and tell which of them pass no options" },
  { description: "Read the tests", prompt: "Read the tests and tell what they leave out" },
  { description: "Look for similar code", prompt: "Look for code that does the same elsewhere" },
  { description: "Check the docs", prompt: "Check what the documentation says of this and whether it is still so" },
] as const

/** Turns of those that have others do the work. */
const LEADS: Partial<Record<StoryKind, (of: Orchestration, turn: number, signal: AbortSignal) => Promise<void>>> = {
  orchestrates: orchestrate,
  audits: audit,
  retries: retry,
  supervises: supervise,
}

export function createStoryTeller(options: {
  client: Client
  clock: Clock
  random: Random
  content: Content
  agent: AgentKind
  /** All that it is asked, where it is not the topic's. */
  prompt: string | undefined
  /** What it is asked first. */
  task: string | undefined
}): StoryTeller {
  const { client, clock, random, content } = options
  let switches = 0
  const isClaude = options.agent === "claude"

  /** Runs these tools side by side and writes their ends as they come. */
  const runTools = async (
    tools: readonly ToolRequest[],
    how: { failing: number; slow: number },
    signal: AbortSignal,
    subagentId?: string,
  ): Promise<void> => {
    const lane = subagentId === undefined ? {} : { subagentId }
    const callIds = await client.respond({
      ...lane,
      tools,
      ...(random.chance(0.3) ? { text: content.reply() } : {}),
      ...(random.chance(0.3) ? { thinking: "Let me see." } : {}),
    })
    await Promise.all(
      callIds.map(async (callId, index) => {
        await clock.sleep(toolMs(tools[index]?.name ?? "") * how.slow, signal)
        client.endTool({ ...lane, callId, outcome: outcomeOf(tools[index]?.name ?? "", how.failing) })
      }),
    )
  }
  const outcomeOf = (name: string, failing: number): ToolOutcome => {
    if (!random.chance(failing)) return "ok"
    // Of the other tools a rollout tells no more than that their input was wrong.
    if (!isClaude && name !== "exec_command" && name !== "apply_patch") return "model-error"
    const isShell = name === "Bash" || name === "exec_command"
    const failure = isShell ? "command-failed" : "failed"
    return random.pick([failure, failure, failure, "model-error", isShell ? "timeout" : failure])
  }
  const toolMs = (name: string): number => {
    if (name === "Bash" || name === "exec_command") return random.chance(0.25) ? random.int(4_000, 16_000) : random.int(400, 4_000)
    return name === "WebFetch" ? random.int(800, 4_000) : random.int(60, 900)
  }
  const some = (atLeast: number, atMost: number): ToolRequest[] => Array.from({ length: random.int(atLeast, atMost) }, () => content.tool())
  const shell = (): ToolRequest => content.tool(isClaude ? "Bash" : "exec_command")

  const subagent = async (background: boolean, signal: AbortSignal): Promise<void> => {
    const agentType = isClaude ? random.pick(["general-purpose", "Explore"]) : "default"
    const id = await client.startSubagent({ ...random.pick<(typeof ERRANDS)[number]>(ERRANDS), agentType, background })
    for (let round = random.int(1, 3); round > 0; round--) await runTools(some(1, 2), { failing: 0.08, slow: 1 }, signal, id)
    await client.endSubagent(id)
  }

  /** Requests that fail and are tried again, and a hook that fails; after the first turn also another model and a smaller context. */
  const trouble = async (isFirst: boolean, signal: AbortSignal): Promise<void> => {
    for (let attempt = random.int(1, 3); attempt > 0; attempt--) await clock.sleep(client.apiError(529, false), signal)
    const [callId = ""] = await client.respond({ tools: [shell()] })
    client.hookFailed(callId, "pretooluse.sh: line 3: jq: command not found")
    await clock.sleep(random.int(400, 2_000), signal)
    client.endTool({ callId, outcome: "command-failed" })
    if (isFirst) return
    client.setModel(MODELS[switches++ % MODELS.length] ?? "claude-opus-5-5")
    await client.compact()
  }

  const turn = async (kind: StoryKind, isFirst: boolean, signal: AbortSignal): Promise<void> => {
    client.prompt(options.prompt ?? (isFirst ? options.task : undefined) ?? content.prompt())
    const how = { failing: kind === "failing" ? 0.45 : 0.04, slow: kind === "slow" ? 6 : 1 }
    const most = kind === "parallel" ? 5 : 2
    // Whoever is to wait gets to it soon the first time.
    const waits = kind === "permission" || kind === "question" || kind === "stuck"
    const rounds = isFirst && waits ? 1 : random.int(2, 5)
    for (let round = rounds; round > 0; round--) await runTools(some(kind === "parallel" ? 3 : 1, most), how, signal)
    if (kind === "failing" && random.chance(0.4)) client.apiError(529, false)
    if (kind === "troubled") await trouble(isFirst, signal)
    if (kind === "stuck") {
      const [callId = ""] = await client.respond({ tools: [shell()] })
      client.ask(callId)
      // Nobody answers for a day.
      await clock.sleep(DAY_MS, signal)
      client.answer(false)
      return
    }
    if (kind === "permission") {
      const [callId = ""] = await client.respond({ tools: [shell()] })
      client.ask(callId)
      await clock.sleep(random.int(40_000, 90_000), signal)
      const allow = random.chance(0.7)
      client.answer(allow)
      if (!allow) return
      await clock.sleep(random.int(500, 3_000), signal)
      client.endTool({ callId })
    }
    if (kind === "question") {
      await client.question("Which of the two should stay?", ["The old one", "The new one"])
      await clock.sleep(random.int(40_000, 90_000), signal)
      client.answer(true, "The new one")
    }
    if (kind === "subagents")
      await Promise.all([
        subagent(false, signal),
        ...(random.chance(0.6) ? [clock.sleep(1_500, signal).then(() => subagent(false, signal))] : []),
      ])
    await client.respond({ end: true, ...(kind === "slow" ? { durationMs: random.int(15_000, 40_000) } : {}) })
  }

  const work = async (rounds: number, signal: AbortSignal, subagentId?: string): Promise<void> => {
    for (let round = rounds; round > 0; round--) await runTools(some(1, 2), { failing: 0.06, slow: 1 }, signal, subagentId)
  }

  return {
    async run(kind, signal) {
      if (kind === "none") return false
      if (kind === "burst") return burst(client, clock, signal)
      for (let turns = 0; !signal.aborted; turns++) {
        const lead = LEADS[kind]
        if (lead === undefined) await turn(kind, turns === 0, signal)
        else {
          await lead({ ...options, work }, turns, signal)
          await client.respond({ end: true })
        }
        if (kind === "once" || (kind === "leaves" && clock.isLive() && turns >= 1)) return true
        await clock.sleep(random.int(2_000, 14_000), signal)
      }
      return false
    },
  }
}

/** As many lines as the machine writes: two requests and one call each round. */
async function burst(client: Client, clock: Clock, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    client.prompt("Again")
    const [callId = ""] = await client.respond({ tools: [{ name: "Bash", input: { command: "true" } }], durationMs: 1 })
    client.endTool({ callId, output: "" })
    await client.respond({ end: true, durationMs: 1 })
    await clock.sleep(10, signal)
  }
  return false
}
