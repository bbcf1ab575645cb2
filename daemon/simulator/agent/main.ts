// A stand-in for Claude Code and Codex: to the kernel, to tmux and to whoever reads its files it looks like them, but it
// talks to no model. It is built into one executable; settings come in one environment variable, commands over a socket.

import { spawn } from "node:child_process"
import { writeFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import type { Client } from "./client.ts"
import { createClaudeClient } from "./claude/client.ts"
import { claudeProfile } from "./claude/profile.ts"
import { createClock } from "./clock.ts"
import { createCodexClient } from "./codex/client.ts"
import { connectHolder, runHolder } from "./codex/holder.ts"
import { createContent } from "./content.ts"
import { type Command, type Hello, SIM_ENV, type SimSettings, type Spawned, type StoryKind, type Truth } from "./control.ts"
import { serveControl } from "./control-server.ts"
import { type Launch, parseLaunch } from "./launch.ts"
import { watchOwner } from "./owner.ts"
import { createRandom } from "./random.ts"
import { createStoryTeller } from "./story.ts"
import { createTerminal } from "./terminal.ts"
import { createToolProcesses } from "./tool-processes.ts"

const text = process.env[SIM_ENV]
if (text === undefined) {
  process.stderr.write("This is a simulated agent; it runs inside the simulator only.\n")
  process.exit(2)
}
const settings = JSON.parse(text) as SimSettings
const launch = parseLaunch({
  argv0: process.argv0,
  execPath: process.execPath,
  scriptPath: process.argv[1] ?? "",
  args: process.argv.slice(2),
})
if (!process.execPath.endsWith("/node")) writeFileSync("/proc/self/comm", launch.comm)
watchOwner(settings.owner, () => process.kill(process.pid, "SIGKILL"))

const codexHome = process.env["CODEX_HOME"] ?? join(homedir(), ".codex")
switch (launch.role) {
  case "helper":
    setInterval(() => {}, 3_600_000)
    break
  case "holder":
    runHolder(codexHome)
    break
  default:
    runAgent(launch)
}

function runAgent(launched: Launch): void {
  const isHeadless = launched.role === "headless"
  const cwd = process.cwd()
  const clock = createClock({ pace: settings.pace, historyMs: settings.historyMs })
  const random = createRandom(settings.seed)
  const content = createContent({ random, agent: launched.agent, topic: settings.topic, cwd })
  const terminal = createTerminal({ inputLog: `${settings.controlPath}.input`, onKeys: (keys) => onKeys(keys) })
  const toolProcesses = createToolProcesses()
  const isDaemonMode = launched.agent === "codex" && !isHeadless && Number(settings.version.split(".")[1]) >= 154
  const common = {
    clock,
    random,
    content,
    terminal,
    cwd,
    isHeadless,
    effort: settings.effort ?? "medium",
    gitBranch: settings.gitBranch ?? "main",
    startsInTrust: settings.trust ?? false,
    ...(launched.conversationId === undefined ? {} : { conversationId: launched.conversationId }),
  }
  const holderPath = join(codexHome, "packages", "app-server-daemon", "releases", settings.version, "bin", "codex")
  const client: Client =
    launched.agent === "claude"
      ? createClaudeClient({
          ...common,
          profile: claudeProfile(settings.version),
          configDir: process.env["CLAUDE_CONFIG_DIR"] ?? join(homedir(), ".claude"),
          entrypoint: launched.entrypoint,
          teammate: launched.teammate,
          model: settings.model ?? launched.model ?? "claude-opus-5-5",
        })
      : createCodexClient({
          ...common,
          version: settings.version,
          codexHome,
          model: settings.model ?? launched.model ?? "gpt-5.6-sol",
          ...(isDaemonMode ? { holder: connectHolder({ codexHome, executable: holderPath, cwd }) } : {}),
        })
  const teller = createStoryTeller({
    client,
    clock,
    random,
    content,
    agent: launched.agent,
    prompt: isHeadless ? launched.prompt : undefined,
    task: settings.task,
  })
  let story = new AbortController()
  let spawned = 0
  let lastInterruptMs = 0

  const leave = (code: number): void => {
    story.abort(new Error("leaving"))
    toolProcesses.close()
    client.leave()
    terminal.restore()
    control.close()
    process.exit(code)
  }
  const tell = (kind: StoryKind): void => {
    story.abort(new Error("another story"))
    story = new AbortController()
    teller.run(kind, story.signal).then(
      (leaves) => leaves && leave(0),
      (error: unknown) => {
        if (!story.signal.aborted) writeFileSync(`${settings.controlPath}.error`, String((error as Error).stack))
      },
    )
  }
  function onKeys(keys: string): void {
    if (keys.includes("\u0003")) {
      if (launched.agent === "codex" || Date.now() - lastInterruptMs < 2_000) leave(0)
      lastInterruptMs = Date.now()
    }
    // The trust dialog's first answer is "No, exit".
    if (client.mood === "trust" && keys.includes("\r")) leave(1)
    if (keys.includes("\u001a")) process.kill(process.pid, "SIGSTOP")
  }
  const spawnHeadless = (command: Extract<Command, { kind: "spawn-headless" }>): Spawned => {
    const controlPath = `${settings.controlPath.replace(/\.sock$/u, "")}-${++spawned}.sock`
    const child: SimSettings = {
      ...settings,
      controlPath,
      seed: `${settings.seed}/${spawned}`,
      story: command.story ?? "once",
      historyMs: 0,
      trust: false,
    }
    const line = command.agent === "claude" ? 'claude -p "$0"; true' : 'codex exec "$0"; true'
    const env = { ...process.env, ...client.toolEnvironment(), [SIM_ENV]: JSON.stringify(child) }
    spawn("/bin/bash", ["-c", line, command.prompt], { cwd, detached: true, stdio: "ignore", env }).unref()
    return { controlPath }
  }
  const isShellCall = (name: string | undefined): boolean => name === "Bash" || name === "exec_command"

  const handle = async (command: Command): Promise<unknown> => {
    switch (command.kind) {
      case "hello":
        await clock.live
        return { pid: process.pid, conversationId: client.conversationId, transcriptPath: client.transcriptPath } satisfies Hello
      case "truth":
        return { conversationId: client.conversationId, conversations: client.books.map((books) => books.truth()) } satisfies Truth
      case "prompt":
        return client.prompt(command.text)
      case "respond": {
        const callIds = await client.respond(command)
        if (settings.toolProcesses === true) {
          callIds.forEach(
            (callId, index) => isShellCall(command.tools?.[index]?.name) && toolProcesses.start(callId, client.toolEnvironment()),
          )
        }
        return callIds
      }
      case "end-tool":
        toolProcesses.end(command.callId)
        return client.endTool(command)
      case "ask":
        return client.ask(command.callId)
      case "question":
        return client.question(command.text, command.options ?? ["Yes", "No"])
      case "answer":
        return client.answer(command.allow, command.text)
      case "start-subagent":
        return client.startSubagent(command)
      case "end-subagent":
        return client.endSubagent(command.subagentId, command)
      case "message-subagent":
        return client.messageSubagent(command.subagentId, command.text)
      case "start-teammate":
        return client.startTeammate(command)
      case "api-error":
        return client.apiError(command.status, command.final)
      case "hook-failed":
        return client.hookFailed(command.callId, command.stderr)
      case "interrupt":
        return client.interrupt()
      case "compact":
        return client.compact()
      case "model":
        return client.setModel(command.model)
      case "title":
        return client.setTitle(command.text)
      case "rename":
        return client.rename(command.text)
      case "clear":
        return client.clear()
      case "resume":
        return client.resume(command.conversationId)
      case "shell":
        return client.setShell(command.on)
      case "dialog":
        return client.setDialog(command.open)
      case "raw":
        return client.raw(command.text)
      case "spawn-headless":
        return spawnHeadless(command)
      case "story":
        return tell(command.story)
      case "suspend":
        return void setImmediate(() => process.kill(process.pid, "SIGSTOP"))
      case "exit":
        return void setImmediate(() => leave(command.code ?? 0))
      case "crash":
        return void process.kill(process.pid, "SIGKILL")
    }
  }
  const control = serveControl(settings.controlPath, handle)
  process.on("SIGTERM", () => leave(143))
  process.on("SIGHUP", () => leave(129))
  process.on("SIGINT", () => {})
  process.on("SIGCONT", () => {})
  void clock.live.then(() => client.appear())
  tell(settings.story)
  setInterval(() => {}, 3_600_000)
}
