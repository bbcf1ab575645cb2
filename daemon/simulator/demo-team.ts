// A team in the demo: a lead that starts members, each in a pane beside its own.

import type { Simulator, StartOptions } from "./simulator.ts"

const PLACE = { agent: "claude", session: "export", window: "team", cwd: "billing-export", topic: "api", gitBranch: "csv-export" } as const

const LEAD: StartOptions = { ...PLACE, story: "none", model: "claude-opus-5-5" }

const MEMBERS = [
  {
    name: "backend",
    color: "blue",
    description: "Stream the export",
    task: "Stream the invoice export from the database",
  },
  {
    name: "tests",
    color: "green",
    description: "Test the export",
    task: "Test the invoice export with a million rows",
  },
] as const

const AGENT_TYPE = "general-purpose"

/** Resolves when all are at work. */
export async function startDemoTeam(simulator: Simulator): Promise<void> {
  const lead = await simulator.start(LEAD)
  await lead.prompt("Build the CSV export of invoices with a team")
  const leadId = await lead.conversationId()
  const team = `session-${leadId.slice(0, 8)}`
  for (const { name, color, description, task } of MEMBERS) {
    const who = ["--agent-id", `${name}@${team}`, "--agent-name", name, "--team-name", team, "--agent-color", color]
    const member = await simulator.start({
      ...PLACE,
      launch: "version",
      args: [...who, "--parent-session-id", leadId, "--agent-type", AGENT_TYPE],
      split: true,
      story: "work",
      task,
      model: "claude-sonnet-5-5",
    })
    const tmuxPaneId = member.paneId ?? ""
    await lead.command({ kind: "start-teammate", name, agentType: AGENT_TYPE, description, prompt: task, tmuxPaneId })
  }
  await lead.respond({ text: "Both are at work. I will look through what they write.", end: true })
  await lead.command({ kind: "story", story: "work" })
}
