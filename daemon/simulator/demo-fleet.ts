// Who works in the demo: both agents, several projects and models, and one of each thing worth seeing.

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
    agent: "codex",
    session: "shop",
    window: "infra",
    cwd: "shop-infra",
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
  },
  {
    agent: "claude",
    session: "notes",
    window: "search",
    cwd: "notes-search",
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

/** Starts the residents and a headless helper of the first; later one joins, and visitors come and go. Errors of later arrivals go to `onError`. */
export async function startDemoFleet(simulator: Simulator, onError: (error: unknown) => void): Promise<{ close(): void }> {
  const residents = []
  for (const resident of RESIDENTS) residents.push(await simulator.start(resident))
  await residents[0]?.spawnHeadless({ agent: "claude", prompt: "Sum up what changed since Monday", story: "work" })

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
