import { expect, test } from "vitest"
import { identify, mayBeAgent } from "./identity.ts"

const HOME = "/home/u"
const NPM = `${HOME}/node_modules/@anthropic-ai`

const AGENTS: readonly (readonly [string, "claude" | "codex", string, string, readonly string[]])[] = [
  ["native, by its link", "claude", `${HOME}/.local/share/claude/versions/2.1.330`, "claude", ["claude"]],
  [
    "native, by its version",
    "claude",
    `${HOME}/.local/share/claude/versions/2.1.330`,
    "2.1.330",
    [`${HOME}/.local/share/claude/versions/2.1.330`],
  ],
  ["replaced by the updater", "claude", `${HOME}/.local/share/claude/versions/2.1.330 (deleted)`, "claude", ["claude"]],
  ["npm", "claude", `${NPM}/claude-code/bin/claude.exe`, "claude", [`${HOME}/.bin/claude`]],
  ["npm platform package", "claude", `${NPM}/claude-code-linux-x64/claude`, "claude", [`${NPM}/claude-code-linux-x64/claude`]],
  ["VS Code", "claude", `${HOME}/.vscode/extensions/anthropic.claude-code-2/resources/native-binary/claude`, "claude", ["claude"]],
  ["Node build", "claude", "/usr/bin/node", "node", ["node", `${NPM}/claude-code/cli.js`, "-p"]],
  ["Node build that overwrote its title", "claude", "/usr/bin/node", "claude", ["claude"]],
  ["codex", "codex", `${NPM}/../@openai/codex/vendor/x86_64-unknown-linux-musl/bin/codex`, "codex", ["codex"]],
  ["codex by its target", "codex", "/opt/codex-x86_64-unknown-linux-musl", "codex-x86_64-un", ["codex"]],
]

const OTHERS: readonly (readonly [string, string, string, readonly string[]])[] = [
  ["editor", "/usr/bin/vim", "vim", ["vim", "claude.md"]],
  ["pager", "/usr/bin/less", "less", ["less", "/x/claude"]],
  ["script called claude", "/usr/bin/bash", "claude", ["/bin/bash", "/home/u/bin/claude"]],
  ["python script", "/usr/bin/python3.12", "claude.py", ["python3", "claude.py"]],
  ["JavaScript file", "/usr/bin/node", "node", ["node", "/x/claude.js"]],
  ["npm's launcher of codex", "/usr/bin/node", "node", ["node", "/x/.bin/codex"]],
  ["watch", "/usr/bin/watch", "watch", ["watch", "claude"]],
  ["timeout", "/usr/bin/timeout", "timeout", ["timeout", "9", "claude"]],
  ["desktop", "/opt/claude-desktop/claude-desktop", "claude-desktop", ["claude-desktop"]],
  ["mac desktop", "/Applications/Claude.app/Contents/MacOS/Claude", "Claude", ["Claude"]],
  ["launcher of another vendor", "/usr/bin/claude-launch", "claude-launch", ["claude"]],
  ["router", "/usr/bin/claude-code-router", "claude", ["claude"]],
  ["code-mode host", "/x/codex-code-mode-host", "codex-code-mode", ["codex"]],
  ["ssh", "/usr/bin/ssh", "ssh", ["ssh", "host", "claude"]],
  ["zombie", `${HOME}/.local/share/claude/versions/2.1.330`, "claude", []],
  ["node with a title that is not just the name", "/usr/bin/node", "claude", ["claude", "helper"]],
]

test.each(AGENTS)("%s is an agent", (_what, agent, exe, comm, argv) => {
  expect(identify({ exe, comm, argv })?.agent).toBe(agent)
  expect(mayBeAgent(exe)).toBe(true)
})

test.each(OTHERS)("%s is none", (_what, exe, comm, argv) => {
  expect(identify({ exe, comm, argv })).toBeUndefined()
})

test("where the executable may not be read, only an absolute first argument counts, and less", () => {
  expect(identify({ exe: undefined, comm: "claude", argv: ["claude"] })).toBeUndefined()
  expect(identify({ exe: undefined, comm: "claude", argv: ["/opt/claude/versions/2.1.3"] })).toMatchObject({
    agent: "claude",
    confidence: "likely",
  })
})
