// Subagents of Claude Code as they are written: the call, the sidecar, the transcript of their own, the answer or the report; and the lead's side
// of a team, whose members are processes of their own.

import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { Client } from "../client.ts"
import type { Clock } from "../clock.ts"
import type { Content } from "../content.ts"
import type { Random } from "../random.ts"
import { type Conversation, createLane, type RunningSubagent } from "./conversation.ts"
import { queueNotification, writeFailure } from "./special-lines.ts"
import type { Lane, Transcript } from "./transcript.ts"

type Subagents = Pick<Client, "startSubagent" | "endSubagent" | "messageSubagent" | "startTeammate">

export interface SubagentsOptions {
  readonly clock: Clock
  readonly random: Random
  readonly content: Content
  readonly transcript: Transcript
  readonly isHeadless: boolean
  readonly configDir: string
  readonly cwd: string
  /** The conversation that the client is in. */
  readonly current: () => Conversation
  readonly model: () => string
  readonly laneOf: (subagentId: string | undefined) => Lane
  readonly respond: Client["respond"]
  readonly endTool: Client["endTool"]
  /** The report of one in the background starts a turn. */
  readonly report: (text: string) => void
}

export function createSubagents(options: SubagentsOptions): Subagents {
  const { clock, random, content, transcript, current, laneOf, respond, endTool } = options

  const writeMeta = ({ metaPath, meta }: Pick<RunningSubagent, "metaPath" | "meta">): void => {
    mkdirSync(dirname(metaPath), { recursive: true, mode: 0o700 })
    writeFileSync(metaPath, JSON.stringify(meta), { mode: 0o600 })
  }
  const depthOf = (id: string | undefined): number => (id === undefined ? 0 : Number(current().subagents.get(id)?.meta["spawnDepth"] ?? 0))
  const told = (lane: Lane, text: string): void =>
    void transcript.chained(lane, { promptId: lane.promptId, type: "user", message: { role: "user", content: text } })

  return {
    async startSubagent(start) {
      const now = current()
      const parent = laneOf(start.subagentId)
      const above = onLane(start.subagentId)
      const agentType = start.agentType ?? "general-purpose"
      const isBackground = start.background ?? false
      const input = {
        description: start.description,
        prompt: start.prompt,
        subagent_type: agentType,
        ...(isBackground ? { run_in_background: true } : {}),
      }
      const [callId = ""] = await respond({ tools: [{ name: "Agent", input }], ...above })
      const subagentId = `a${random.hex(16)}`
      const folder = join(dirname(now.lane.path), now.lane.sessionId, "subagents")
      const path = join(folder, `agent-${subagentId}.jsonl`)
      const lane = createLane({ ...options, sessionId: now.lane.sessionId, path, model: start.model ?? options.model(), subagentId })
      lane.promptId = parent.promptId
      const meta = {
        agentType,
        isBuiltIn: true,
        description: start.description,
        toolUseId: callId,
        ...(start.subagentId === undefined ? {} : { parentAgentId: start.subagentId }),
        spawnDepth: depthOf(start.subagentId) + 1,
        requestShape: isBackground ? "background" : "foreground",
        requestNonInteractive: options.isHeadless,
        model: lane.model,
      }
      const metaPath = join(folder, `agent-${subagentId}.meta.json`)
      const subagent = { lane, parent, callId, meta, metaPath, startedMs: clock.now(), isBackground }
      writeMeta(subagent)
      told(lane, start.prompt)
      now.subagents.set(subagentId, subagent)
      now.books.subagentStarted(subagentId)
      if (isBackground) endTool({ callId, ...above, output: `Async agent launched successfully.\nagentId: ${subagentId}` })
      return subagentId
    },
    async endSubagent(subagentId, { text = content.reply(), failed = false } = {}) {
      const now = current()
      const subagent = now.subagents.get(subagentId)
      if (subagent === undefined) throw new Error(`No subagent ${subagentId} is running.`)
      if (failed) {
        writeFailure(transcript, subagent.lane, random, 529)
        now.books.apiError()
      } else await respond({ subagentId, text, end: true })
      writeMeta({ ...subagent, meta: { ...subagent.meta, finished: true } })
      now.subagents.delete(subagentId)
      now.finished.set(subagentId, subagent)
      now.books.subagentEnded(subagentId)
      const { callId, isBackground, parent, startedMs } = subagent
      const above = onLane(parent.subagentId)
      if (failed) endTool({ callId, outcome: "failed", output: "Agent terminated early due to an API error: 529 Overloaded", ...above })
      else if (!isBackground) endTool({ callId, output: `${text}\nagentId: ${subagentId}`, ...above })
      else {
        const report = { subagentId, callId, result: text, durationMs: clock.now() - startedMs }
        options.report(queueNotification(transcript, now.lane, clock, report))
      }
    },
    async messageSubagent(subagentId, text) {
      const now = current()
      const subagent = now.finished.get(subagentId)
      if (subagent === undefined) throw new Error(`No subagent ${subagentId} has answered.`)
      const { parent, lane } = subagent
      const above = onLane(parent.subagentId)
      const [callId = ""] = await respond({ tools: [{ name: "SendMessage", input: { to: subagentId, message: text } }], ...above })
      endTool({ callId, output: `Agent ${subagentId} was resumed in the background with your message.`, ...above })
      now.finished.delete(subagentId)
      now.subagents.set(subagentId, { ...subagent, isBackground: true, startedMs: clock.now() })
      writeMeta(subagent)
      told(lane, text)
    },
    async startTeammate({ name, agentType, description, prompt, tmuxPaneId }) {
      const { sessionId } = current().lane
      const team = `session-${sessionId.slice(0, 8)}`
      const input = { description, prompt, subagent_type: agentType, name, team_name: team }
      const [callId = ""] = await respond({ tools: [{ name: "Agent", input }] })
      const said = [
        "Spawned successfully.",
        `agent_id: ${name}@${team}`,
        `name: ${name}`,
        `team_name: ${team}`,
        `tmux_pane_id: ${tmuxPaneId}`,
      ]
      endTool({ callId, output: said.join("\n") })
    },
  }
}

function onLane(subagentId: string | undefined): { readonly subagentId?: string } {
  return subagentId === undefined ? {} : { subagentId }
}
