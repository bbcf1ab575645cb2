// The stand-ins against the kernel, tmux and their own files; and whether anything outlives them.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs"
import { createInterface } from "node:readline"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { AgentKind } from "../src/domain/agent.ts"
import type { TokenUsage } from "../src/domain/usage.ts"
import type { ConversationTruth } from "./agent/control.ts"
import { DECOY_KINDS } from "./decoys.ts"
import { markedPids } from "./marked-processes.ts"
import type { SimAgent } from "./sim-agent.ts"
import { createSimulator, type LaunchKind, type Simulator } from "./simulator.ts"

const AGENTS: readonly AgentKind[] = ["claude", "codex"]
let world: Simulator

beforeAll(async () => {
  world = await createSimulator({ seed: "tests", pace: 0.001 })
}, 120_000)
afterAll(() => world.close())

async function until(what: string, isTrue: () => boolean): Promise<void> {
  for (const deadlineMs = Date.now() + 25_000; !isTrue(); await sleep(10)) {
    if (Date.now() > deadlineMs) throw new Error(`Waited in vain until ${what}.`)
  }
}

const proc = (pid: number, name: string): string => readFileSync(`/proc/${pid}/${name}`, "utf8")
const registryPath = (agent: SimAgent): string => join(world.home, ".claude/sessions", `${agent.pid}.json`)
const registry = (agent: SimAgent) => JSON.parse(readFileSync(registryPath(agent), "utf8")) as Record<string, unknown>

/** What was written of a conversation, without ids and times: the same for the same seed. */
function shape(of: ConversationTruth) {
  return {
    tokens: of.tokens,
    requests: of.requests,
    models: of.models,
    tools: of.tools.map((tool) => [tool.name, tool.outcome]),
    subagents: of.subagents.length,
  }
}

describe("to the kernel", () => {
  it.each<[LaunchKind, AgentKind, string, string, RegExp]>([
    ["direct", "claude", "claude", "claude", /\/claude\/versions\/2\.1\.330$/u],
    ["shell", "claude", "claude", "claude", /\/claude\/versions\/2\.1\.330$/u],
    ["version", "claude", "2.1.330", "", /\/claude\/versions\/2\.1\.330$/u],
    ["npm", "claude", "claude", "", /@anthropic-ai\/claude-code\/bin\/claude\.exe$/u],
    ["script", "claude", "claude", "claude", /\/node$/u],
    ["wrapped", "claude", "claude", "claude", /\/claude\/versions\/2\.1\.330$/u],
    ["direct", "codex", "codex", "codex", /\/vendor\/[^/]+\/bin\/codex$/u],
    ["script", "codex", "codex", "", /\/vendor\/[^/]+\/bin\/codex$/u],
  ])("%s %s looks like the real one", async (launch, kind, comm, argv0, exe) => {
    const agent = await world.start({ agent: kind, launch })
    expect(proc(agent.pid, "comm").trim()).toBe(comm)
    expect(readlinkSync(`/proc/${agent.pid}/exe`)).toMatch(exe)
    const command = proc(agent.pid, "cmdline").replace(/\0+$/u, "").split("\0")
    if (argv0 !== "") expect(command).toEqual([argv0])
    const tty = await world.tmux.command(["display-message", "-p", "-t", agent.paneId ?? "", "#{pane_tty}\t#{pane_pid}"])
    const [ttyPath, panePid] = tty.trim().split("\t")
    expect(readlinkSync(`/proc/${agent.pid}/fd/0`)).toBe(ttyPath)
    expect(Number(panePid) === agent.pid).toBe(launch !== "shell" && launch !== "wrapped" && !(launch === "script" && kind === "codex"))
    agent.kill()
    await agent.exited()
  })
})

describe("to tmux and the register", () => {
  it("Claude Code says what it does, and leaves its file behind only when killed", async () => {
    const agent = await world.start({ agent: "claude", session: "registered" })
    const title = async (): Promise<string> =>
      (await world.tmux.command(["display-message", "-p", "-t", agent.paneId ?? "", "#{pane_title}"])).trim()
    expect(registry(agent)).toMatchObject({ pid: agent.pid, sessionId: await agent.conversationId(), status: "idle", kind: "interactive" })
    expect(registry(agent)["procStart"]).toBe(proc(agent.pid, "stat").split(") ")[1]?.split(" ")[19])
    await until("tmux is known", () => /^registered:@\d+\.%\d+$/u.test(String(registry(agent)["tmux"])))
    await agent.prompt("Look at this")
    expect(registry(agent)["status"]).toBe("busy")
    const [callId = ""] = await agent.respond({ tools: [{ name: "Bash" }] })
    await agent.command({ kind: "ask", callId })
    expect(registry(agent)).toMatchObject({ status: "waiting", waitingFor: "permission prompt" })
    expect(await world.tmux.command(["capture-pane", "-p", "-t", agent.paneId ?? ""])).toContain("Do you want to proceed?")
    await agent.command({ kind: "answer", allow: true })
    await agent.endTool(callId)
    await agent.respond({ end: true })
    expect(registry(agent)).toMatchObject({ status: "idle", name: "Look at this" })
    expect(await title()).toBe("✳ Look at this")
    const before = await agent.conversationId()
    await agent.command({ kind: "clear" })
    expect(registry(agent)["sessionId"]).not.toBe(before)
    agent.kill("SIGTERM")
    await agent.exited()
    expect(existsSync(registryPath(agent))).toBe(false)

    const killed = await world.start({ agent: "claude" })
    killed.kill()
    await killed.exited()
    expect(existsSync(registryPath(killed))).toBe(true)
  })

  it("older versions say less", async () => {
    const old = await world.start({ agent: "claude", version: "2.1.76" })
    expect(Object.keys(registry(old)).toSorted()).toEqual(["cwd", "pid", "sessionId", "startedAt"])
    const middle = await world.start({ agent: "claude", version: "2.1.145" })
    expect(registry(middle)).toHaveProperty("status")
    expect(registry(middle)).not.toHaveProperty("statusUpdatedAt")
    for (const agent of [old, middle]) agent.kill()
  })

  it("a trust dialog hides it from both", async () => {
    const agent = await world.start({ agent: "claude", trust: true })
    expect(existsSync(registryPath(agent))).toBe(false)
    await agent.command({ kind: "answer", allow: true })
    expect(registry(agent)["status"]).toBe("idle")
    agent.kill()

    const refused = await world.start({ agent: "claude", trust: true })
    await world.tmux.command(["send-keys", "-t", refused.paneId ?? "", "Enter"])
    await refused.exited()
    expect(readFileSync(refused.inputLog, "latin1")).toBe("\r")
  })

  it("Codex says it in the title, and leaves its files to the shared process", async () => {
    const agent = await world.start({ agent: "codex", cwd: "titled" })
    const title = async (): Promise<string> =>
      (await world.tmux.command(["display-message", "-p", "-t", agent.paneId ?? "", "#{pane_title}"])).trim()
    await agent.prompt("Look at this")
    const titles = [await title()]
    const [callId = ""] = await agent.respond({ tools: [{ name: "exec_command" }] })
    await agent.command({ kind: "ask", callId })
    titles.push(await title())
    await agent.command({ kind: "answer", allow: true })
    await agent.endTool(callId)
    await agent.respond({ end: true })
    titles.push(await title())
    expect(titles[0]).toMatch(/^[\u2800-\u28ff] titled$/u)
    expect(titles.slice(1)).toEqual(["[ ! ] Action Required | titled", "titled"])
    const path = await agent.transcriptPath()
    const holders = (): number[] => world.pids().filter((pid) => holds(pid, path))
    await until("the shared process holds the rollout", () => holders().length === 1)
    expect(holders()).not.toContain(agent.pid)
    expect(
      proc(holders()[0] ?? 0, "cmdline")
        .split("\0")
        .slice(1, 2),
    ).toEqual(["app-server"])

    const older = await world.start({ agent: "codex", version: "0.130.0" })
    await older.turn()
    expect(holds(older.pid, await older.transcriptPath())).toBe(true)
    for (const one of [agent, older]) one.kill()
  })
})

function holds(pid: number, path: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === path)
  } catch {
    return false
  }
}

describe("its transcripts", () => {
  it.each(AGENTS)("of %s add up to what it says it wrote", async (kind) => {
    const agent = await world.start({ agent: kind, story: "subagents", historyMs: 600_000 })
    const shell = kind === "claude" ? "Bash" : "exec_command"
    await agent.command({ kind: "story", story: "none" })
    await agent.prompt("By hand")
    for (const outcome of ["ok", "failed", "timeout", "model-error", "denied"] as const) {
      const [callId = ""] = await agent.respond({ tools: [{ name: shell }], usage: { output: 77 } })
      await agent.endTool(callId, { outcome })
    }
    await agent.respond({ end: true })
    const add = kind === "claude" ? addUpClaude : addUpCodex
    // The story that was cut short may still write a line or two.
    let conversation: ConversationTruth | undefined
    let read: ReturnType<typeof addUpClaude> | undefined
    for (let before = ""; before !== JSON.stringify(conversation);) {
      ;[conversation] = (await agent.truth()).conversations
      before = JSON.stringify(conversation)
      if (conversation === undefined) throw new Error("It has no conversation.")
      read = add(conversation)
      ;[conversation] = (await agent.truth()).conversations
    }
    expect(conversation?.subagents.length).toBeGreaterThan(0)
    expect(conversation?.tools.length).toBeGreaterThan(10)
    expect(read).toEqual({ tokens: conversation?.tokens, requests: conversation?.requests })
    agent.kill()
  })

  it("have the same content for the same seed", async () => {
    const shapes = []
    for (let run = 0; run < 2; run++) {
      await using other = await createSimulator({ seed: "again", pace: 0.001 })
      for (const kind of AGENTS) {
        const agent = await other.start({ agent: kind, outsideTmux: true, args: kind === "claude" ? ["-p", "Go"] : ["exec", "Go"] })
        await agent.prompt("Go")
        for (let request = 0; request < 5; request++) {
          const calls = await agent.respond({ tools: [{ name: kind === "claude" ? "Read" : "update_plan" }] })
          for (const callId of calls) await agent.endTool(callId)
        }
        await agent.respond({ end: true })
        shapes.push(...(await agent.truth()).conversations.map(shape), await agent.conversationId())
      }
    }
    const half = shapes.length / 2
    expect(shapes.slice(0, 2)).toEqual(shapes.slice(half, half + 2))
    expect(shapes.slice(2, 3)).toEqual(shapes.slice(half + 2, half + 3))
  })
})

describe("decoys", () => {
  it("start, and run until the world ends", async () => {
    const decoys = []
    for (const kind of DECOY_KINDS) decoys.push(await world.startDecoy(kind))
    const missing = decoys.filter((decoy) => !existsSync(decoy.path ?? `/proc/${decoy.pid}`))
    expect(missing).toEqual([])
  })
})

describe("the end", () => {
  it("leaves no process and no folder", async () => {
    const other = await createSimulator({ seed: "end" })
    await Promise.all([other.start({ agent: "claude" }), other.start({ agent: "codex", outsideTmux: true }), other.startDecoy("tail")])
    const [agent] = other.agents
    await agent?.spawnHeadless({ agent: "claude", prompt: "Sum it up", story: "slow" })
    expect(other.pids().length).toBeGreaterThan(4)
    await other.close()
    expect(other.pids()).toEqual([])
    expect(existsSync(other.folder)).toBe(false)
  })

  it("comes also when the owner is killed", async () => {
    const program = `
      const { createSimulator } = await import(${JSON.stringify(join(import.meta.dirname, "simulator.ts"))})
      const world = await createSimulator({ seed: "killed" })
      await Promise.all([world.start({ agent: "claude" }), world.start({ agent: "codex" }), world.startDecoy("tail")])
      console.log(JSON.stringify({ mark: world.env.VIBECRAFT_SIM_ID, folder: world.folder }))
      setInterval(() => {}, 1000)`
    const owner = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] })
    const [line] = (await once(createInterface({ input: owner.stdout }), "line")) as [string]
    const { mark, folder } = JSON.parse(line) as { mark: string; folder: string }
    expect(markedPids(mark).length).toBeGreaterThan(3)
    owner.kill("SIGKILL")
    await until("everything is gone", () => markedPids(mark).length === 0 && !existsSync(folder))
  })
})

interface UsageLine {
  readonly type?: string
  readonly message?: {
    readonly id: string
    readonly usage: Record<string, number> & { cache_creation: Record<string, number>; output_tokens_details: Record<string, number> }
  }
  readonly payload?: { readonly response_id: string; readonly usage: Record<string, number> }
}

function linesOf(path: string): UsageLine[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as UsageLine)
}

/** One vote per message id, over the main file and the subagents' files. */
function addUpClaude({ transcriptPath: path }: ConversationTruth): { tokens: TokenUsage; requests: number } {
  const folder = join(dirname(path), path.slice(dirname(path).length + 1, -".jsonl".length), "subagents")
  const files = [
    path,
    ...readdirSync(folder)
      .filter((name) => name.endsWith(".jsonl"))
      .map((name) => join(folder, name)),
  ]
  const requests = new Map<string, TokenUsage>()
  for (const { message } of files.flatMap(linesOf)) {
    if (message?.usage === undefined) continue
    const { usage } = message
    requests.set(message.id, {
      input: usage["input_tokens"] ?? 0,
      output: usage["output_tokens"] ?? 0,
      reasoning: usage.output_tokens_details["thinking_tokens"] ?? 0,
      cacheRead: usage["cache_read_input_tokens"] ?? 0,
      cacheWrite5m: usage.cache_creation["ephemeral_5m_input_tokens"] ?? 0,
      cacheWrite1h: usage.cache_creation["ephemeral_1h_input_tokens"] ?? 0,
    })
  }
  return addUp(requests)
}

/** One vote per response id, over the thread's file and its children's. */
function addUpCodex(conversation: ConversationTruth): { tokens: TokenUsage; requests: number } {
  const folder = dirname(conversation.transcriptPath)
  const ids = [conversation.conversationId, ...conversation.subagents.map((subagent) => subagent.subagentId)]
  const root = dirname(dirname(dirname(folder)))
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => ids.some((id) => name.endsWith(`${id}.jsonl`)))
  const requests = new Map<string, TokenUsage>()
  for (const line of files.flatMap((name) => linesOf(join(root, name)))) {
    if (line.type !== "token_usage_record" || line.payload === undefined) continue
    const { usage } = line.payload
    const cached = usage["cached_input_tokens"] ?? 0
    const written = usage["cache_write_input_tokens"] ?? 0
    requests.set(line.payload.response_id, {
      input: (usage["input_tokens"] ?? 0) - cached - written,
      output: usage["output_tokens"] ?? 0,
      reasoning: usage["reasoning_output_tokens"] ?? 0,
      cacheRead: cached,
      cacheWrite5m: written,
      cacheWrite1h: 0,
    })
  }
  return addUp(requests)
}

function addUp(requests: ReadonlyMap<string, TokenUsage>): { tokens: TokenUsage; requests: number } {
  const tokens = { input: 0, output: 0, reasoning: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 }
  for (const usage of requests.values()) for (const key of Object.keys(tokens) as (keyof TokenUsage)[]) tokens[key] += usage[key]
  return { tokens, requests: requests.size }
}
