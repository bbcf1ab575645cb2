// How one speaks with Codex.

import { Agent } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { ClientTalk } from "./client-talk.ts"

export const CODEX_MODEL = "gpt-5.5"

export const CODEX_TALK: ClientTalk = {
  agent: Agent.CODEX,
  command: "codex",
  resume: (conversationId) => `codex resume ${conversationId}`,
  headless: (prompt, path) => `PATH=${path} codex exec --skip-git-repo-check '${prompt}'`,
  price: { input: 5_000, output: 30_000, cacheRead: 500, cacheWrite5m: 5_000, cacheWrite1h: 5_000 },
  ready: /^› Ask/mu,
  offer: { dialog: /Use existing model/u, decline: ["Down", "Enter"] },
  trustDialog: /Do you trust the contents/iu,
  permissionDialog: /Would you like to run the following command/u,
  questionDialog: /enter to (submit|select)/iu,
  shell: (command) => ({
    name: "exec_command",
    input: { cmd: command, sandbox_permissions: "require_escalated", justification: "A scripted command", yield_time_ms: 30_000 },
  }),
  question: (text, options) => ({
    name: "request_user_input",
    input: {
      questions: [
        { id: "choice", header: "Choice", question: text, options: options.map((label) => ({ label, description: `Take ${label}` })) },
      ],
    },
  }),
  subagent: (task) => ({ name: "spawn_agent", namespace: "multi_agent_v1", input: { message: task, agent_type: "default" } }),
  hearsOfSubagents: false,
  clear: "/new",
  exit: "/quit",
  ownConversationId: () => undefined,
  transcripts: ".codex/sessions",
  conversationOf: (path) => /rollout-.*?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/u.exec(path)?.[1],
}
