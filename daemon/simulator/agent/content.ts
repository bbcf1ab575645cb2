// Words to work with: prompts, files, commands. They say nothing of anybody's real work.

import type { AgentKind } from "../../src/domain/agent.ts"
import type { ToolRequest } from "./control.ts"
import type { Random } from "./random.ts"

interface Topic {
  readonly prompts: readonly [string, ...string[]]
  readonly files: readonly [string, ...string[]]
  readonly commands: readonly [string, ...string[]]
}

const API: Topic = {
  prompts: [
    "Add cursor pagination to the orders endpoint",
    "Why does the login route answer 500 on an empty body?",
    "Write tests for the rate limiter",
  ],
  files: ["src/routes/orders.ts", "src/routes/login.ts", "src/limit/token-bucket.ts", "test/orders.test.ts"],
  commands: ["npm test -- orders", "npm run lint", "git diff --stat", "curl -s localhost:8080/health"],
}
const TOPICS: Readonly<Record<string, Topic>> = {
  api: API,
  web: {
    prompts: ["Make the table keyboard friendly", "The chart flickers on resize: find out why", "Split the settings page into tabs"],
    files: ["src/components/Table.tsx", "src/charts/line.ts", "src/pages/settings.tsx", "e2e/table.spec.ts"],
    commands: ["npm run build", "npx vitest run table", "git status --short", "npx tsc --noEmit"],
  },
  data: {
    prompts: ["Load the April export and check it for gaps", "Speed up the nightly join", "Document the schema of the events table"],
    files: ["pipelines/load.py", "pipelines/join.sql", "docs/schema.md", "tests/test_load.py"],
    commands: ["pytest -q tests/test_load.py", "python -m pipelines.load --dry-run", "wc -l data/april.csv", "git log --oneline -5"],
  },
  infra: {
    prompts: ["Move the worker to the new queue", "Write a runbook for failed deploys", "Reduce the size of the image"],
    files: ["deploy/worker.yaml", "Dockerfile", "docs/runbook.md", "scripts/release.sh"],
    commands: ["docker build -t worker .", "terraform plan", "shellcheck scripts/release.sh", "kubectl diff -f deploy/"],
  },
}

const REPLIES = [
  "I will look at how this is done today first.",
  "That explains it: the value is read before it is set.",
  "Done. The tests pass and the change is small.",
  "Two places do this; I will bring them together.",
  "One case is still open; I will check it now.",
] as const
const OUTPUTS = ["ok\n", "12 passed, 0 failed\n", "src/index.ts\nsrc/main.ts\n", "no differences found\n"] as const
const FAILURES = ["AssertionError: expected 3 to be 4", "error: cannot find module './limit'", "1 failed, 11 passed"] as const
const CLAUDE_TOOLS = [
  "Bash",
  "Bash",
  "Read",
  "Read",
  "Edit",
  "Grep",
  "Glob",
  "Write",
  "WebFetch",
  "TodoWrite",
  "mcp__issues__search",
] as const
const CODEX_TOOLS = ["exec_command", "exec_command", "exec_command", "apply_patch", "update_plan"] as const

export interface Content {
  prompt(): string
  reply(): string
  output(): string
  failure(): string
  tool(name?: string): Required<ToolRequest>
}

/** Unknown topics read like "api". */
export function createContent(options: { random: Random; agent: AgentKind; topic: string | undefined; cwd: string }): Content {
  const { random, cwd } = options
  const topic = TOPICS[options.topic ?? "api"] ?? API
  const file = (): string => random.pick(topic.files)
  const input = (name: string): Record<string, unknown> => {
    switch (name) {
      case "Bash":
        return { command: random.pick(topic.commands), description: "Run it" }
      case "Read":
        return { file_path: `${cwd}/${file()}` }
      case "Edit":
        return { file_path: `${cwd}/${file()}`, old_string: "const a = 1", new_string: "const a = 2" }
      case "Write":
        return { file_path: `${cwd}/${file()}`, content: "// new\n" }
      case "Grep":
        return { pattern: "TODO", path: cwd }
      case "Glob":
        return { pattern: "**/*.ts" }
      case "WebFetch":
        return { url: "https://example.com/docs/limits", prompt: "What are the limits?" }
      case "TodoWrite":
        return {
          todos: [
            { content: "Look around", status: "completed" },
            { content: "Change it", status: "in_progress" },
          ],
        }
      case "exec_command":
        return { cmd: random.pick(topic.commands) }
      case "apply_patch":
        return { patch: `*** Begin Patch\n*** Update File: ${file()}\n+// new\n*** End Patch` }
      case "update_plan":
        return {
          plan: [
            { step: "Look around", status: "completed" },
            { step: "Change it", status: "in_progress" },
          ],
        }
      default:
        return { query: "open issues" }
    }
  }
  return {
    prompt: () => random.pick(topic.prompts),
    reply: () => random.pick(REPLIES),
    output: () => random.pick(OUTPUTS),
    failure: () => random.pick(FAILURES),
    tool: (name = options.agent === "claude" ? random.pick(CLAUDE_TOOLS) : random.pick(CODEX_TOOLS)) => ({ name, input: input(name) }),
  }
}
