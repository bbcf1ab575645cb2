// Tools by which agents start, ask, await and stop other agents. Calling one is no work of an agent's own.

const AGENT_TOOLS: ReadonlySet<string> = new Set([
  // Claude Code
  "Agent",
  "AgentOutputTool",
  "SendMessage",
  "TaskOutput",
  "TaskStop",
  "TeamCreate",
  "TeamDelete",
  "Workflow",
  // Codex
  "close_agent",
  "resume_agent",
  "send_input",
  "send_message",
  "spawn_agent",
  "wait",
  "wait_agent",
])

export function isAgentTool(name: string): boolean {
  return AGENT_TOOLS.has(name)
}
