// How one speaks with Claude Code.

import { readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { Agent } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { ClientTalk } from "./client-talk.ts"

const MODEL = "claude-opus-5-5"
const COMMAND = `claude --model ${MODEL} --permission-mode default`

export const CLAUDE_TALK: ClientTalk = {
  agent: Agent.CLAUDE,
  command: COMMAND,
  resume: (conversationId) => `${COMMAND} --resume ${conversationId}`,
  headless: (prompt) => `claude --model ${MODEL} -p '${prompt}'`,
  price: { input: 4_000, output: 20_000, cacheRead: 200, cacheWrite5m: 5_000, cacheWrite1h: 8_000 },
  ready: /^❯/mu,
  trustDialog: /trust this folder/iu,
  permissionDialog: /Do you want to proceed/u,
  questionDialog: /Enter to select/u,
  shell: (command) => ({ name: "Bash", input: { command, description: "A scripted command" } }),
  question: (text, options) => ({
    name: "AskUserQuestion",
    input: {
      questions: [
        {
          question: text,
          header: "Choice",
          multiSelect: false,
          options: options.map((label) => ({ label, description: `Take ${label}` })),
        },
      ],
    },
  }),
  subagent: (task) => ({ name: "Agent", input: { description: "A scripted helper", prompt: task, subagent_type: "general-purpose" } }),
  hearsOfSubagents: true,
  clear: "/clear",
  exit: "/exit",
  ownConversationId(home, pid) {
    try {
      const file: unknown = JSON.parse(readFileSync(join(home, ".claude", "sessions", `${pid}.json`), "utf8"))
      return typeof file === "object" && file !== null && "sessionId" in file ? String(file.sessionId) : undefined
    } catch {
      return undefined
    }
  },
  transcripts: ".claude/projects",
  conversationOf: (path) => (path.includes("/subagents/") ? undefined : basename(path, ".jsonl")),
}
