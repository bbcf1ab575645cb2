// Outputs as macOS prints them, with everything in them that has ever made a parser stumble.

import { expect, test } from "vitest"
import { createPsFiles } from "./ps-files.ts"
import { parseLsof, parsePs, parsePsArguments } from "./ps-table.ts"
import { createProcessScanner } from "./scan-processes.ts"

const STARTED = "Mon Nov 23 06:43:44 2026"
const STARTED_MS = Date.parse(STARTED)
const PS = `
    1     0     1     0     0 Ss   ??       Sun Nov  1 01:02:03 2026 launchd
  501     1   501    -1   501 S    ??       ${STARTED} tmux
  600   501   600   610   501 Ss   ttys003  ${STARTED} zsh
  610   600   610   610   501 S+   ttys003  ${STARTED} 2.1.330
  620   600   620   610   501 T    ttys003  ${STARTED} claude
  630     1   630     0   501 S    ??       ${STARTED} claude
  640   600   640   640   501 S+   ttys004  ${STARTED} node
  650   640   640   640   501 S+   ttys004  ${STARTED} codex
  660     1   660     0   501 Z    ??       ${STARTED} (claude)
  670   600   670   610   501 S    ttys003  ${STARTED} Google Chrome He
  680     1   680     0    99 S    ??       ${STARTED} claude
  700     1   700     0   501 S    ??       ${STARTED} vibecraftd
this line is of no process
`
const ARGUMENTS = `
  610 /Users/me/.local/share/claude/versions/2.1.330 --name agents
  620 claude --resume 11111111-2222-4333-8444-555555555555
  630 claude mcp serve
  640 node /opt/homebrew/bin/codex exec sum it up
  650 /opt/homebrew/lib/node_modules/@openai/codex/vendor/aarch64-apple-darwin/codex exec sum it up
  670 /Applications/Google Chrome.app/Contents/MacOS/Google Chrome He claude
  680 claude
`
const lsof = (pid: number, exe: string, more = "") =>
  `p${pid}\nfcwd\ntDIR\nn/Users/me/my project\nftxt\ntREG\nn${exe}\nftxt\ntREG\nn/usr/lib/dyld\nf0\ntCHR\nn/dev/ttys003\n${more}`
const ROLLOUT = "/Users/me/.codex/sessions/2026/11/23/rollout-2026-11-23T00-00-00-0197d4f0-0000-7000-8000-000000000001.jsonl"
const LSOF: Record<string, string> = {
  "501": lsof(501, "/opt/homebrew/bin/tmux"),
  "610": lsof(610, "/Users/me/.local/share/claude/versions/2.1.330"),
  "620": lsof(620, "/Users/me/.local/share/claude/versions/2.1.330"),
  "630": lsof(630, "/Users/me/.local/share/claude/versions/2.1.330"),
  "640": lsof(640, "/opt/homebrew/bin/node"),
  "650": lsof(650, "/opt/homebrew/lib/node_modules/@openai/codex/vendor/aarch64-apple-darwin/codex", `f23\ntREG\nn${ROLLOUT}\n`),
}

function machine(outputs: { ps?: string | undefined; lsof?: Record<string, string> } = { ps: PS, lsof: LSOF }) {
  const calls: string[] = []
  let nowMs = STARTED_MS + 60_000
  const files = createPsFiles({
    run: (program, args) => {
      calls.push(`${program} ${args.join(" ")}`)
      if (program === "lsof") return outputs.lsof?.[args[args.indexOf("-p") + 1] ?? ""]
      return args.at(-1) === "pid=,command=" ? ARGUMENTS : outputs.ps
    },
    now: () => nowMs,
    device: (path) => (/^\/dev\/ttys00\d$/.test(path) ? { dev: 7, rdev: 0x10000000 + Number(path.slice(-1)) } : undefined),
    isInUse: (pid) => pid !== 620,
  })
  return { files, calls, pass: (ms: number) => (nowMs += ms) }
}

test("ps: names with spaces, processes without a terminal, no other lines", () => {
  const found = parsePs(PS, () => 5)
  expect(found.map(({ stat }) => stat.pid)).toEqual([1, 501, 600, 610, 620, 630, 640, 650, 660, 670, 680, 700])
  expect(found[3]).toEqual({
    uid: 501,
    tty: "ttys003",
    startedMs: STARTED_MS,
    stat: {
      pid: 610,
      comm: "2.1.330",
      state: "S",
      ppid: 600,
      processGroup: 610,
      ttyNr: 5,
      foregroundGroup: 610,
      startTicks: String(STARTED_MS / 10),
    },
  })
  expect(found[9]?.stat.comm).toBe("Google Chrome He")
  expect(found[0]).not.toHaveProperty("tty")
  expect(parsePs("\0\n\u001b[2J 5 6\n")).toEqual([])
})

test("arguments and open files", () => {
  expect(parsePsArguments(ARGUMENTS).get(630)).toEqual(["claude", "mcp", "serve"])
  const files = parseLsof(LSOF["650"] ?? "").get(650)
  expect(files).toMatchObject({ cwd: "/Users/me/my project", exe: expect.stringContaining("aarch64-apple-darwin/codex") })
  expect(files?.descriptors.get(23)).toBe(ROLLOUT)
  expect(parseLsof("n/no process\nf1\n")).toEqual(new Map())
})

test("a scan finds the agents with role, terminal, folder and thread, and no helper, zombie or stranger", () => {
  const { files, calls } = machine()
  const scan = createProcessScanner({ files, uid: 501, ownPid: 700 })({ look: "all", sockets: true, socketFolders: [] })
  expect(scan.agents.map(({ pid, agent, role }) => [pid, agent, role])).toEqual([
    [610, "claude", "interactive"],
    [630, "claude", "infra"],
    [650, "codex", "headless"],
  ])
  expect(scan.agents[0]).toMatchObject({
    terminal: { dev: 7, rdev: 0x10000003 },
    cwd: "/Users/me/my project",
    foreground: true,
    environment: {},
  })
  expect(scan.agents[0]?.ancestors.map(({ pid }) => pid)).toEqual([600, 501])
  expect(scan.agents[2]?.openThreads).toEqual([{ id: "0197d4f0-0000-7000-8000-000000000001", rolloutPath: ROLLOUT }])
  expect(scan.processes).toBeGreaterThan(5)
  // lsof is asked of those that could be agents, ps twice in all.
  expect(calls.filter((call) => call.startsWith("ps"))).toHaveLength(2)
  expect(calls.filter((call) => call.includes("-p 670") || call.includes("-p 600"))).toEqual([])
})

test("one that died since ps was asked is gone at once; ps is asked again when its answer is old", () => {
  const { files, calls, pass } = machine()
  files.pids()
  expect(files.stat(620)).toBeUndefined()
  expect(files.stat(610)?.pid).toBe(610)
  expect(calls).toHaveLength(1)
  pass(2_000)
  files.stat(610)
  expect(calls).toHaveLength(2)
})

test("a ps that fails concludes nothing, and without lsof an agent is known by the path in its arguments alone", () => {
  const failed = createProcessScanner({ files: machine({ ps: undefined }).files, uid: 501, ownPid: 700 })
  expect(() => failed({ look: "all", sockets: true, socketFolders: [] })).toThrow("does not show this process")
  const { files } = machine({ ps: PS })
  const poor = createProcessScanner({ files, uid: 501, ownPid: 700 })({ look: "all", sockets: true, socketFolders: [] })
  expect(poor.agents.map(({ pid, identityConfidence }) => [pid, identityConfidence])).toEqual([
    [610, "likely"],
    [650, "likely"],
  ])
})
