// Turns of an agent that has others do the work: many at once, some of which start others; one after the other, each with what the one before found;
// one that watches while the work goes on; many that read for long.

import type { AgentKind } from "../../src/domain/agent.ts"
import type { Client } from "./client.ts"
import type { Clock } from "./clock.ts"
import type { Content } from "./content.ts"
import type { Random } from "./random.ts"

export interface Orchestration {
  readonly client: Client
  readonly clock: Clock
  readonly random: Random
  readonly content: Content
  readonly agent: AgentKind
  /** Runs a few tools to their ends, for the main agent or for one of its subagents. */
  work(rounds: number, signal: AbortSignal, subagentId?: string): Promise<void>
}

/** One turn, the next of its kinds each time. */
export async function orchestrate(of: Orchestration, turn: number, signal: AbortSignal): Promise<void> {
  if (turn % 3 === 0) await fanOut(of, signal)
  else if (turn % 3 === 1) await pipeline(of, signal)
  else await watch(of, signal)
}

/** Many that read for long, side by side: there is time to look at them. */
export async function audit(of: Orchestration, _turn: number, signal: AbortSignal): Promise<void> {
  const { client, agent, random } = of
  client.prompt("Audit the code for secrets, unchecked input and old dependencies")
  const ids: string[] = []
  for (const area of ["the sign-in flow", "the payment webhooks", "the admin pages", "the lock files"]) {
    ids.push(
      await client.startSubagent({
        description: `Audit ${area}`,
        prompt: `Audit ${area}: list each finding with its file, its line and how bad it is`,
        agentType: explorer(agent),
      }),
    )
  }
  await Promise.all(ids.map((id) => of.work(random.int(50, 70), signal, id)))
  for (const id of ids) await end(of, id, finding(of))
}

/** Three at once; the first starts one of its own, and that one another. */
async function fanOut(of: Orchestration, signal: AbortSignal): Promise<void> {
  const { client, agent } = of
  client.prompt("Find out what the new release breaks")
  const areas = ["the routes", "the storage", "the command line"]
  const ids: string[] = []
  for (const area of areas) {
    ids.push(
      await client.startSubagent({ description: `Check ${area}`, prompt: `Check ${area} for what breaks`, agentType: explorer(agent) }),
    )
  }
  const [first = ""] = ids
  const deeper = (async () => {
    await of.work(1, signal, first)
    const below = await client.startSubagent({
      subagentId: first,
      description: "Read the tests",
      prompt: "Read the tests of the routes and tell which ones fail",
      agentType: worker(agent),
    })
    const deepest = await client.startSubagent({
      subagentId: below,
      description: "Run one test",
      prompt: "Run the slowest test alone and tell how long it takes",
      agentType: worker(agent),
    })
    await of.work(1, signal, deepest)
    await client.endSubagent(deepest, { text: finding(of) })
    await of.work(1, signal, below)
    await client.endSubagent(below, { text: finding(of) })
  })()
  await Promise.all([deeper, ...ids.slice(1).map((id) => of.work(of.random.int(1, 3), signal, id))])
  for (const id of ids) await end(of, id, finding(of))
}

/** Each starts when the one before is done, and is told what that found. */
async function pipeline(of: Orchestration, signal: AbortSignal): Promise<void> {
  const { client, agent } = of
  client.prompt("Fix the slowest query")
  const stages = [
    { description: "Find the query", task: "Find the query that takes longest", agentType: explorer(agent) },
    { description: "Write the fix", task: "Write a fix for this", agentType: worker(agent) },
    { description: "Review the fix", task: "Review what was done here", agentType: worker(agent) },
  ]
  let found = ""
  for (const { description, task, agentType } of stages) {
    const id = await client.startSubagent({ description, prompt: found === "" ? task : `${task}: ${found}`, agentType })
    await of.work(of.random.int(1, 2), signal, id)
    found = finding(of)
    await end(of, id, found)
  }
}

/** One looks after something for long while the turn goes on, and reports when it is over. */
async function watch(of: Orchestration, signal: AbortSignal): Promise<void> {
  const { client, agent } = of
  client.prompt("Tidy up the release notes while the nightly build runs")
  const id = await client.startSubagent({
    description: "Watch the build",
    prompt: "Watch the nightly build and tell how it ends",
    agentType: worker(agent),
    background: true,
  })
  await of.work(2, signal)
  await of.work(2, signal, id)
  if (agent === "codex") return end(of, id, finding(of))
  await client.respond({ end: true })
  await of.work(2, signal, id)
  await client.endSubagent(id, { text: finding(of) })
}

/** A thread's answer is waited for; a subagent's comes by itself. */
async function end({ client, agent }: Orchestration, id: string, words: string): Promise<void> {
  await client.endSubagent(id, { text: words })
  if (agent !== "codex") return
  const [callId = ""] = await client.respond({ tools: [{ name: "wait_agent", input: { targets: [id], timeout_ms: 60_000 } }] })
  client.endTool({ callId, output: JSON.stringify({ status: { [id]: { completed: words } }, timed_out: false }) })
}

function explorer(agent: AgentKind): string {
  return agent === "claude" ? "Explore" : "explorer"
}

export function worker(agent: AgentKind): string {
  return agent === "claude" ? "general-purpose" : "worker"
}

/** No two say the same. */
export function finding({ random }: Orchestration): string {
  const [line, count, ms] = [random.int(10, 990), random.int(2, 90), random.int(100, 9_000)]
  const what = random.pick(["the cursor", "the cache", "the lock", "the index"])
  return `In line ${line} ${what} is read ${count} times before it is set, which costs ${ms} ms in each of the ${random.int(2, 40)} calls.`
}
