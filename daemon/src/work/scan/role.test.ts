import { expect, test } from "vitest"
import type { AgentKind } from "../../domain/agent.ts"
import { roleOf } from "./role.ts"

const ID = "0195e4b2-1111-7000-8000-000000000001"
const read = (agent: AgentKind, line: string, hasTerminal = true, cwd = "/w") =>
  roleOf({ agent, argv: line.split(" "), exe: `/x/${agent}`, cwd, hasTerminal })

const ROLES: readonly (readonly [AgentKind, string, string])[] = [
  ["claude", "claude", "interactive"],
  ["claude", "claude fix the tests", "interactive"],
  ["claude", "claude --name agents", "interactive"],
  ["claude", "claude --add-dir mcp doctor", "interactive"],
  ["claude", `claude --resume ${ID}`, "interactive"],
  ["claude", "claude --model opus --dangerously-skip-permissions", "interactive"],
  ["claude", "claude -p hi", "headless"],
  ["claude", "claude --output-format stream-json --input-format stream-json", "headless"],
  ["claude", "claude mcp serve", "infra"],
  ["claude", "claude --verbose agents", "infra"],
  ["claude", "claude daemon run --origin transient", "infra"],
  ["claude", "claude doctor", "infra"],
  ["claude", "claude --version", "infra"],
  ["codex", "codex exec --help", "infra"],
  ["claude", "claude --bg-pty-host /s 200 50 -- /x/claude --bg-spare /s", "infra"],
  ["claude", "claude --claude-in-chrome-mcp", "infra"],
  ["claude", "claude attach 12", "attach-view"],
  ["claude", `/v/2.1.330 --agent-id a@t --agent-name a --team-name t --parent-session-id ${ID} --agent-type x`, "teammate"],
  ["claude", "node /p/@anthropic-ai/claude-code/cli.js mcp serve", "infra"],
  ["claude", "node /p/@anthropic-ai/claude-code/cli.js", "interactive"],
  ["codex", "codex", "interactive"],
  ["codex", "codex --cd app-server", "interactive"],
  ["codex", "codex -- app-server", "interactive"],
  ["codex", `codex resume ${ID}`, "interactive"],
  ["codex", "codex mcp-server", "interactive"],
  ["codex", "codex exec do it", "headless"],
  ["codex", "codex -m gpt-5 e do it", "headless"],
  ["codex", "codex review", "headless"],
  ["codex", "codex app-server --listen unix:// --managed-daemon", "infra"],
  ["codex", "codex app-server daemon pid-update-loop", "infra"],
  ["codex", "codex login", "infra"],
  ["codex", "codex agents", "attach-view"],
]

test.each(ROLES)("%s: %s is %s", (agent, line, role) => {
  expect(read(agent, line).role).toBe(role)
})

test("without a terminal nobody can be at its prompt", () => {
  expect(read("claude", "claude", false).role).toBe("headless")
  expect(read("codex", "codex mcp-server", false).role).toBe("infra")
})

test("a first argument that holds a space is a helper's name", () => {
  expect(roleOf({ agent: "claude", argv: ["claude bg-spare", "--resume", ID], exe: "/x", cwd: "/w", hasTerminal: true }).role).toBe("infra")
})

test("a program among Codex's plugins is a helper", () => {
  expect(read("codex", "codex", true, "/home/u/.codex/plugins/p").role).toBe("infra")
  expect(read("codex", "codex", true, "/home/u/.codex/pluginsx").role).toBe("interactive")
})

test("the command line names a conversation only by an id", () => {
  expect(read("claude", `claude --resume ${ID}`).namedConversation).toBe(ID)
  expect(read("claude", `claude --session-id ${ID}`).namedConversation).toBe(ID)
  expect(read("claude", "claude --resume login").namedConversation).toBeUndefined()
  expect(read("codex", `codex resume ${ID}`).namedConversation).toBe(ID)
  expect(read("codex", `codex exec resume ${ID} go on`).namedConversation).toBe(ID)
  expect(read("codex", `codex fork ${ID}`).namedConversation).toBeUndefined()
})

test("a teammate names its lead", () => {
  const { teammate } = read("claude", `claude --agent-id a@t --team-name t --parent-session-id ${ID}`)
  expect(teammate).toEqual({ agentId: "a@t", teamName: "t", leadConversationId: ID })
})
