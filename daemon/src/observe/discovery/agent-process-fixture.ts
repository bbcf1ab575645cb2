// An agent process as a scan would tell it, for tests of what is concluded from it.

import type { AgentProcess } from "../../work/scan/agent-process.ts"

/** A Claude Code on a terminal, with the members given in their place. */
export const agentProcess = (members: Partial<AgentProcess> = {}): AgentProcess => ({
  pid: 100,
  startTicks: "1000",
  agent: "claude",
  identityDetail: "executable /x/claude",
  identityConfidence: "confirmed",
  role: "interactive",
  roleDetail: "no sub-command, on a terminal",
  command: "claude",
  suspended: false,
  terminal: { dev: 26, rdev: 34816, descriptor: 0 },
  ttyNr: 34816,
  processGroup: 100,
  foreground: true,
  cwd: "/w",
  isClosed: false,
  inContainer: false,
  environment: {},
  ancestors: [],
  children: [],
  openThreads: [],
  ...members,
})

/** The same without a terminal. */
export const detachedProcess = (members: Partial<AgentProcess> = {}): AgentProcess => {
  const { terminal: _terminal, ...rest } = agentProcess({ ttyNr: 0, role: "headless", ...members })
  return rest
}
