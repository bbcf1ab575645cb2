// Discovery climbs a ladder of evidence; each rung may be missing on some machine. Here rungs are taken away on purpose, so that what is
// lost with each can be seen and stays as documented.

import type { AgentProcess, ProcessScan } from "../../work/scan/agent-process.ts"

/**
 * `terminal`: which terminal a process holds. `ancestry`: who started whom. `environment`: named variables of processes. `registry`: Claude
 * Code's list of live sessions. `tmux`: panes. `screen`: their last lines. `descriptors`: open rollouts and locks. `arguments`: conversations
 * named on command lines. `watchers`: hints, so that ticks alone are left.
 */
export type Rung = "terminal" | "ancestry" | "environment" | "registry" | "tmux" | "screen" | "descriptors" | "arguments" | "watchers"

/** The agents as they look without these rungs; the same array where none concerns them. */
export const withoutRungs = (agents: ProcessScan["agents"], rungs: ReadonlySet<Rung>): ProcessScan["agents"] =>
  rungs.size === 0 ? agents : agents.map((agent) => withoutRungsOf(agent, rungs))

const withoutRungsOf = (agent: AgentProcess, rungs: ReadonlySet<Rung>): AgentProcess => {
  const { terminal, namedConversation, ...rest } = agent
  return {
    ...rest,
    ...(terminal === undefined || rungs.has("terminal") ? {} : { terminal }),
    ...(namedConversation === undefined || rungs.has("arguments") ? {} : { namedConversation }),
    ...(rungs.has("ancestry") ? { ancestors: [] } : {}),
    ...(rungs.has("environment") ? { environment: homesOf(agent), children: [] } : {}),
    ...(rungs.has("descriptors") ? { openThreads: [] } : {}),
  }
}

/** Where an agent keeps its files is no rung of the ladder but the ground that it stands on. */
const homesOf = ({ environment: { HOME, CLAUDE_CONFIG_DIR, CODEX_HOME } }: AgentProcess): AgentProcess["environment"] => ({
  ...(HOME === undefined ? {} : { HOME }),
  ...(CLAUDE_CONFIG_DIR === undefined ? {} : { CLAUDE_CONFIG_DIR }),
  ...(CODEX_HOME === undefined ? {} : { CODEX_HOME }),
})
