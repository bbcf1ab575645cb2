// One running simulated agent: what a test holds to tell it things and to ask what it wrote.

import { setTimeout as sleep } from "node:timers/promises"
import type { AgentKind } from "../src/domain/agent.ts"
import type { Command, EndTool, Hello, Respond, SpawnHeadless, Spawned, StartSubagent, Truth } from "./agent/control.ts"
import { startTicksOf } from "./agent/owner.ts"
import { connectControl, type ControlClient } from "./control-client.ts"
import type { Pane } from "./private-tmux.ts"

export interface SimAgent {
  readonly agent: AgentKind
  readonly pid: number
  readonly cwd: string
  /** Absent outside tmux. */
  readonly paneId: string | undefined
  readonly pane: Pane | undefined
  /** What was typed into its terminal is collected here; the file appears with the first key. */
  readonly inputLog: string
  /** Rejects with ControlError when the agent refuses or is gone. Answers what the command answers. */
  command(command: Command): Promise<unknown>
  prompt(text: string): Promise<void>
  /** Answers the call ids of the tools asked for. */
  respond(reply?: Omit<Respond, "kind">): Promise<string[]>
  endTool(callId: string, end?: Omit<EndTool, "kind" | "callId">): Promise<void>
  /** Answers the subagent's id. */
  startSubagent(start: Omit<StartSubagent, "kind">): Promise<string>
  /** A prompt, its answer and the end of the turn. */
  turn(text?: string): Promise<void>
  /** Starts a headless agent as a tool of this one would. */
  spawnHeadless(spawn: Omit<SpawnHeadless, "kind">): Promise<SimAgent>
  conversationId(): Promise<string>
  transcriptPath(): Promise<string>
  /** What it has written so far. */
  truth(): Promise<Truth>
  isAlive(): boolean
  /** Default SIGKILL. */
  kill(signal?: NodeJS.Signals): void
  /** Resolves when the process is gone. */
  exited(): Promise<void>
  /** Lets go of the control socket; the agent runs on. */
  disconnect(): void
}

export async function createSimAgent(options: {
  agent: AgentKind
  control: ControlClient
  controlPath: string
  cwd: string
  pane: Pane | undefined
}): Promise<SimAgent> {
  const { control } = options
  const hello = async (): Promise<Hello> => (await control.send({ kind: "hello" })) as Hello
  const { pid } = await hello()
  const startTicks = startTicksOf(pid)
  const isAlive = (): boolean => startTicks !== undefined && startTicksOf(pid) === startTicks
  const respond: SimAgent["respond"] = async (reply = {}) => (await control.send({ kind: "respond", ...reply })) as string[]
  const prompt: SimAgent["prompt"] = async (text) => void (await control.send({ kind: "prompt", text }))
  return {
    agent: options.agent,
    pid,
    cwd: options.cwd,
    paneId: options.pane?.paneId,
    pane: options.pane,
    inputLog: `${options.controlPath}.input`,
    command: (command) => control.send(command),
    prompt,
    respond,
    endTool: async (callId, end = {}) => void (await control.send({ kind: "end-tool", callId, ...end })),
    startSubagent: async (start) => (await control.send({ kind: "start-subagent", ...start })) as string,
    async turn(text = "Go on") {
      await prompt(text)
      await respond({ end: true })
    },
    async spawnHeadless(spawn) {
      const { controlPath } = (await control.send({ kind: "spawn-headless", ...spawn })) as Spawned
      const child = await connectControl(controlPath, () => undefined)
      return createSimAgent({ agent: spawn.agent, control: child, controlPath, cwd: options.cwd, pane: undefined })
    },
    conversationId: async () => (await hello()).conversationId,
    transcriptPath: async () => (await hello()).transcriptPath,
    truth: async () => (await control.send({ kind: "truth" })) as Truth,
    isAlive,
    kill: (signal = "SIGKILL") => void process.kill(pid, signal),
    async exited() {
      while (isAlive()) await sleep(10)
    },
    disconnect: () => control.close(),
  }
}
