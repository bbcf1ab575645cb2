// Who works in the demo: both agents, several projects and models, and one of each thing worth seeing.

import { startDemoTeam } from "./demo-team.ts"
import type { SimAgent } from "./sim-agent.ts"
import type { Simulator, StartOptions } from "./simulator.ts"

const MINUTE_MS = 60_000

/** There from the beginning. A past makes the figures say something at once. */
const RESIDENTS: readonly StartOptions[] = [
  {
    agent: "claude",
    session: "shop",
    window: "api",
    cwd: "shop-api",
    topic: "api",
    story: "parallel",
    model: "claude-opus-5-5",
    gitBranch: "orders-paging",
    task: "Add cursor pagination to the orders endpoint",
    historyMs: 40 * MINUTE_MS,
  },
  {
    agent: "claude",
    session: "shop",
    window: "web",
    cwd: "shop-web",
    topic: "web",
    story: "subagents",
    model: "claude-sonnet-5-5",
    gitBranch: "keyboard",
    task: "Make the table keyboard friendly",
    historyMs: 25 * MINUTE_MS,
  },
  {
    agent: "claude",
    session: "shop",
    window: "lead",
    cwd: "shop-release",
    topic: "api",
    story: "orchestrates",
    model: "claude-opus-5-5",
    gitBranch: "release",
    historyMs: 12 * MINUTE_MS,
  },
  {
    agent: "codex",
    session: "atlas",
    window: "crew",
    cwd: "atlas-crew",
    topic: "data",
    story: "orchestrates",
    model: "gpt-5.6-sol",
    gitBranch: "release",
    historyMs: 8 * MINUTE_MS,
  },
  {
    agent: "claude",
    session: "shop",
    window: "audit",
    cwd: "shop-audit",
    topic: "web",
    story: "audits",
    model: "claude-sonnet-5-5",
    gitBranch: "main",
    historyMs: 2 * MINUTE_MS,
  },
  {
    agent: "claude",
    session: "billing",
    window: "schema",
    cwd: "billing-schema",
    topic: "data",
    story: "retries",
    model: "claude-sonnet-5-5",
    gitBranch: "schema-v3",
    historyMs: 6 * MINUTE_MS,
  },
  {
    agent: "claude",
    session: "billing",
    window: "pricing",
    cwd: "billing-pricing",
    topic: "api",
    story: "supervises",
    model: "claude-opus-5-5",
    gitBranch: "rounding",
    historyMs: 7 * MINUTE_MS,
  },
  {
    agent: "codex",
    session: "shop",
    window: "infra",
    cwd: "shop-infra",
    task: "Move the worker to the new queue",
    topic: "infra",
    story: "work",
    model: "gpt-6.1-sol",
    gitBranch: "main",
    historyMs: 30 * MINUTE_MS,
  },
  {
    agent: "claude",
    session: "atlas",
    window: "import",
    cwd: "atlas-import",
    topic: "data",
    story: "failing",
    model: "claude-fable-5-2",
    gitBranch: "april",
    task: "Load the April export and check it for gaps",
    historyMs: 20 * MINUTE_MS,
  },
  {
    agent: "claude",
    session: "atlas",
    window: "schema",
    cwd: "atlas-schema",
    topic: "data",
    story: "stuck",
    model: "claude-opus-5-5",
    gitBranch: "schema",
    task: "Document the schema of the events table",
  },
  {
    agent: "claude",
    session: "atlas",
    window: "loader",
    cwd: "atlas-loader",
    topic: "data",
    story: "troubled",
    model: "claude-sonnet-5-5",
    gitBranch: "retries",
    task: "Retry the loader when the source is down",
    historyMs: 15 * MINUTE_MS,
  },
  {
    agent: "codex",
    session: "atlas",
    window: "join",
    cwd: "atlas-join",
    topic: "data",
    story: "slow",
    model: "gpt-6.1-sol",
    gitBranch: "faster-join",
    task: "Speed up the nightly join",
    historyMs: 35 * MINUTE_MS,
  },
  {
    agent: "claude",
    session: "notes",
    window: "app",
    cwd: "notes-app",
    topic: "web",
    story: "question",
    model: "claude-sonnet-5-5",
    gitBranch: "tabs",
    task: "Split the settings page into tabs",
  },
  {
    agent: "codex",
    session: "notes",
    window: "sync",
    cwd: "notes-sync",
    topic: "api",
    story: "permission",
    model: "gpt-6.1-sol",
    gitBranch: "sync-v2",
    task: "Write tests for the sync protocol",
  },
  {
    agent: "claude",
    session: "notes",
    window: "search",
    cwd: "notes-search",
    task: "Make the search forgive typing errors",
    topic: "api",
    story: "work",
    model: "claude-nova-6-preview",
    gitBranch: "main",
    historyMs: 10 * MINUTE_MS,
  },
]

const LATECOMER: StartOptions = {
  agent: "claude",
  session: "shop",
  window: "docs",
  cwd: "shop-docs",
  topic: "infra",
  story: "work",
  model: "claude-haiku-5-5",
  gitBranch: "runbook",
  task: "Write a runbook for failed deploys",
}
const VISITOR: StartOptions = {
  agent: "codex",
  session: "shop",
  window: "review",
  cwd: "shop-api",
  topic: "api",
  story: "leaves",
  model: "gpt-5.6-luna",
  gitBranch: "orders-paging",
}

const LATE_MS = 15_000
const VISIT_GAP_MS = 45_000

/**
 * Starts the residents and a headless helper of the first; a team gathers, later one joins, and visitors come and go. Errors of later arrivals
 * go to `onError`.
 */
export async function startDemoFleet(simulator: Simulator, onError: (error: unknown) => void): Promise<{ close(): void }> {
  // Side by side, but for the windows of one tmux session.
  const rows = [...Map.groupBy(RESIDENTS, ({ session }) => session).values()]
  const [[first] = []] = await Promise.all(rows.map((row) => startRow(simulator, row)))
  await first?.spawnHeadless({ agent: "claude", prompt: "Sum up what changed since Monday", story: "work" })

  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  const fail = (error: unknown): void => {
    if (!isClosed) onError(error)
  }
  const visit = async (): Promise<void> => {
    const visitor = await simulator.start(VISITOR)
    await visitor.exited()
    if (!isClosed) timer = setTimeout(() => void visit().catch(fail), VISIT_GAP_MS)
  }
  void startDemoTeam(simulator).catch(fail)
  const late = setTimeout(() => void simulator.start(LATECOMER).catch(fail), LATE_MS)
  void visit().catch(fail)
  return {
    close() {
      isClosed = true
      clearTimeout(late)
      clearTimeout(timer)
    },
  }
}

async function startRow(simulator: Simulator, row: readonly StartOptions[]): Promise<SimAgent[]> {
  const agents = []
  for (const options of row) agents.push(await simulator.start(options))
  return agents
}
