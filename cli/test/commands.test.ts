import { spawnSync } from "node:child_process"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { startCannedDaemon, type CannedDaemon } from "./canned-daemon.ts"
import { BIN, cleanEnv, runCli, startCli } from "./run-cli.ts"
import { busyWorld } from "./samples.ts"

/** Anything a terminal might obey, and the override that reverses text; line ends are what separates our own lines. */
// oxlint-disable-next-line no-control-regex
const OBEYED = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]/

let daemon: CannedDaemon
beforeAll(async () => {
  daemon = await startCannedDaemon(busyWorld())
})
afterAll(() => daemon.close())

const run = (args: string[], env: NodeJS.ProcessEnv = {}) => runCli([...args, "--socket", daemon.socket], env)

describe("ls", () => {
  test("shows status with reason and age, name, agent, project, tool, context, pane", async () => {
    const { code, stdout, stderr } = await run(["ls"])
    expect(stderr).toBe("")
    expect(code).toBe(0)
    const [header, waiting, working, evil, , summary] = stdout.split("\n")
    expect(header).toMatch(/^STATUS +NAME +AGENT +PROJECT +DOING +CTX +PANE +ACTIVE$/)
    expect(waiting).toMatch(
      /^▲ waiting 3m, slow: permission prompt +fix login +claude opus-4-5 +shop +Bash npm test +41 % +main:2\.1 +3m ago$/,
    )
    expect(working).toMatch(/^● working 1\ds +日本語の名前 +codex gpt-5-codex headless +api +thinking +(now|\ds ago)$/)
    expect(evil).toMatch(/^○ idle +evil forged linegnp\.exe +claude +evil forged linegnp\.exe$/)
    expect(summary).toBe("3 sessions: 1 waiting, 1 working, 1 idle")
  })

  test("--all turns every page", async () => {
    const { stdout } = await run(["ls", "--all"])
    expect(stdout).toContain("last week")
    expect(stdout).toContain("4 sessions: 1 waiting, 1 working, 1 idle, 1 ended")
  })

  test("--json is the response as protobuf JSON, zeros and all", async () => {
    const { stdout } = await run(["ls", "--json", "--all"])
    const answer: unknown = JSON.parse(stdout)
    expect(answer).toMatchObject({
      firstRead: { bytesRead: "0", bytesTotal: "0", files: 0, done: true },
      nextPageToken: "",
      sessions: [
        {
          id: "s-wait",
          agent: "AGENT_CLAUDE",
          role: "ROLE_INTERACTIVE",
          status: "STATUS_WAITING",
          evidence: [],
          pane: { windowIndex: 2, paneId: "%3" },
        },
        { id: "s-work", activeSubagents: 0, statusReason: "thinking" },
        { id: "s-evil", name: busyWorld().sessions[2]?.name },
        { id: "s-old" },
      ],
    })
  })

  test("a narrow terminal is never overrun", async () => {
    const { stdout } = await run(["ls"], { COLUMNS: "60" })
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(60)
    expect(stdout).toContain("fix login")
    expect(stdout).not.toContain("PROJECT")
  })

  test("in a pipe a long name is whole and pads no other line", async () => {
    const name = "n".repeat(4096)
    const { sessions, ...world } = busyWorld()
    const named = await startCannedDaemon({ ...world, sessions: [...sessions, { ...sessions[1], id: "s-named", name, pid: 4244 }] })
    try {
      const { stdout } = await runCli(["ls", "--socket", named.socket])
      const [long = "", ...others] = stdout.split("\n").toSorted((one, other) => other.length - one.length)
      expect(long).toMatch(/^● working \d\ds +n{4096} +codex gpt-5-codex headless +api +thinking/)
      for (const line of others) expect(line.length).toBeLessThan(200)
    } finally {
      await named.close()
    }
  })

  test("colour is off in a pipe and on when forced", async () => {
    const { stdout } = await run(["ls"], { FORCE_COLOR: "1" })
    expect(stdout).toContain("\x1b[1;33m▲ waiting")
  })

  test("says how far the first read is", async () => {
    const reading = await startCannedDaemon({ firstRead: { bytesRead: 492_000_000n, bytesTotal: 1_200_000_000n, files: 9, done: false } })
    try {
      const { stdout } = await runCli(["ls", "--socket", reading.socket])
      expect(stdout).toContain("No sessions are live or were active in the last 24 hours.")
      expect(stdout).toContain("reading transcripts: 41 % of 1.2 GB, totals are partial")
    } finally {
      await reading.close()
    }
  })
})

describe("metrics", () => {
  test("shows one line per conversation, percentiles with their count", async () => {
    const { code, stdout } = await run(["metrics"])
    expect(code).toBe(0)
    const [header, first, second] = stdout.split("\n")
    expect(header).toMatch(/^NAME +AGENT +TOKENS +IN +OUT +CACHE R +CACHE W +COST +TOOL P95 \(N\) +ERRORS +SLOW +TIME +TOOLS$/)
    expect(first).toMatch(
      /^fix login .* 123k +1\.2k +45\.0k +70\.0k +7\.0k +≥\$1\.20 +1\.2 s \(34\) +5 % \(2\/40\) .*\(120\) +1h 5m +Bash 30, Edit 10$/,
    )
    expect(second).toMatch(/^日本語の名前 .* \$0\.00 +0s$/)
  })

  test.each(["s-wai", "s-wait", "Fix Login", "c-wait"])("%s names one session, which is shown at length", async (wanted) => {
    const { code, stdout } = await run(["metrics", wanted])
    expect(code).toBe(0)
    expect(stdout).toContain("≥$1.20, unpriced: my-model")
    expect(stdout).toContain("123k: 1.2k in, 45.0k out (3.0k reasoning), 70.0k cache read, 5.0k cache write, 2.0k cache write 1 h")
    expect(stdout).toMatch(/tool +34 +50 % +411 ms +120 ms +0 ms +1\.2 s +4\.0 s\* +4\.0 s/)
    expect(stdout).toContain("p95 9.2 s (12) is 4.6 times its peers' 2.0 s (120)")
    expect(stdout).toContain("1h 5m from first to last, 30m at work in turns")
    expect(stdout).toMatch(/runs now +Bash 3m/)
    expect(stdout).toMatch(/Bash +30 +2/)
  })

  test("--json has the keys that scripts rely on", async () => {
    const { stdout } = await run(["metrics", "--json"])
    expect(JSON.parse(stdout)).toMatchObject({
      metrics: [
        {
          sessionId: "s-wait",
          conversationId: "c-wait",
          agent: "AGENT_CLAUDE",
          tokens: {
            input: "1200",
            output: "45000",
            reasoning: "3000",
            cacheRead: "70000",
            cacheWrite5m: "5000",
            cacheWrite1h: "2000",
            total: "123200",
          },
          cost: { nanosUsd: "1200000000", certainty: "CERTAINTY_UNPRICED", unpricedModels: ["my-model"] },
          latency: [{ clock: "CLOCK_TOOL", count: "34", meanMs: 410.5, p50Ms: "120", p95Ms: "1234", p99Ms: "4000", maxMs: "4000" }],
          errorRate: 0.05,
          toolCounts: { Bash: 30, Edit: 10 },
          durationMs: "3900000",
        },
        {
          sessionId: "s-work",
          tokens: { input: "0", total: "0" },
          cost: { nanosUsd: "0", unpricedModels: [] },
          latency: [],
          toolCounts: {},
        },
      ],
    })
    expect(JSON.parse(stdout)).not.toHaveProperty("metrics.1.errorRate")
  })

  test("a name that fits none or several is an error that says so", async () => {
    expect(await run(["metrics", "nobody"])).toEqual({
      code: 1,
      stdout: "",
      stderr: 'vibecraft: no session is called "nobody"; see vibecraft ls --all\n',
    })
    expect(await run(["metrics", "s-w"])).toMatchObject({
      code: 1,
      stderr: 'vibecraft: "s-w" fits 2 sessions: s-wait (fix login), s-work (日本語の名前)\n',
    })
  })
})

describe("discover and status", () => {
  test("discover tells new from known, and what it could not scan", async () => {
    daemon.world.failures = ["tmux /tmp/x: \x1b[31mno answer"]
    const { stdout } = await run(["discover"])
    expect(stdout).toMatch(/Scanned in 12 ms\.\n\nDiscovered: 1\nSTATUS.*\n.*fix login.*\n\nExisting: 2\n/)
    expect(stdout).toContain("Not scanned:\n  tmux /tmp/x: no answer\n")
    expect(JSON.parse((await run(["discover", "--json"])).stdout)).toMatchObject({
      discovered: [{ id: "s-wait" }],
      existing: [{ id: "s-work" }, { id: "s-evil" }],
      scanMs: 12,
    })
  })

  test("status says where things are, what can be seen and what to do about the rest", async () => {
    const { stdout } = await run(["status"])
    for (const part of [
      "vibecraftd 0.1.0  up 1h 5m, pid 99 on box",
      "http://127.0.0.1:4003",
      "/home/me/.local/state/vibecraft",
      "108 MB",
      "caught up",
    ]) {
      expect(stdout).toContain(part)
    }
    expect(stdout).toMatch(/● ok +processes/)
    expect(stdout).toMatch(/× failed +tmux +\/tmp\/tmux-0\/default +does not answer/)
    expect(stdout).toMatch(
      /not-json +\/home\/me\/evil forged linegnp\.exe, 3 times, 1m ago\n +a line is no JSON object; it was passed over/,
    )
    expect(JSON.parse((await run(["status", "--json"])).stdout)).toMatchObject({
      version: "0.1.0",
      rssBytes: "108000000",
      counters: { hugeLines: "0" },
    })
  })
})

test.each([
  ["ls"],
  ["ls --all --json"],
  ["metrics"],
  ["metrics s-evil"],
  ["metrics --json"],
  ["discover"],
  ["discover --json"],
  ["status"],
  ["status --json"],
  ["metrics s-"],
])("%s lets nothing through that a terminal obeys", async (line) => {
  const { stdout, stderr } = await run(line.split(" "))
  expect(stdout + stderr).not.toBe("")
  expect(stdout + stderr).not.toMatch(OBEYED)
})

describe("what can go wrong", () => {
  test("no daemon: one line that says how to start it, exit code 3", async () => {
    for (const command of ["ls", "metrics", "discover", "status", "ls --watch", "metrics --json --watch"]) {
      const { code, stdout, stderr } = await runCli([...command.split(" "), "--socket", "/nonexistent/sock"])
      expect({ code, stdout }).toEqual({ code: 3, stdout: "" })
      expect(stderr).toBe(
        "vibecraft: vibecraftd is not running: nothing answers at /nonexistent/sock. Start it with: vibecraftd (in a clone: npm start)\n",
      )
    }
  })

  test("wrong usage: exit code 2", async () => {
    for (const line of [
      "--bad",
      "lss",
      "ls extra",
      "metrics a b",
      "ls --socket x --url http://127.0.0.1:1",
      "ls --url nonsense",
      "discover --watch",
      "",
    ]) {
      const { code, stdout, stderr } = await runCli(line === "" ? [] : line.split(" "))
      expect({ line, code, stdout }).toEqual({ line, code: 2, stdout: "" })
      expect(stderr).not.toBe("")
      expect(stderr).not.toMatch(/\n +at /)
    }
  })

  test("help and version: exit code 0, with examples", async () => {
    const help = await runCli(["metrics", "--help"])
    expect(help.code).toBe(0)
    expect(help.stdout).toContain("vibecraft metrics --all --json | jq")
    expect(await runCli(["--version"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })

  test("an old Node: one plain line, exit code 1", () => {
    const pretend = "data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '20.20.2' })"
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", pretend, BIN, "ls"], { env: cleanEnv(), encoding: "utf8" })
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" })
    expect(stderr).toMatch(/^vibecraft needs Node 24 or newer; this is [^\n]+\n$/)
  })

  test("a daemon of another version: one warning line, and the answer", async () => {
    const other = await startCannedDaemon({ ...busyWorld(), status: { version: "9.9.9" } })
    try {
      const { code, stdout, stderr } = await runCli(["ls", "--all", "--socket", other.socket])
      expect(code).toBe(0)
      expect(stdout).toContain("fix login")
      expect(stderr).toMatch(
        /^vibecraft: warning: vibecraft \S+ speaks to vibecraftd 9\.9\.9; restart the daemon to bring both to one version\n$/,
      )
    } finally {
      await other.close()
    }
  })

  test("a reader that stops reading is no error", async () => {
    const running = startCli(["ls", "--watch", "--json", "--socket", daemon.socket])
    await running.until((stdout) => stdout.includes("\n"))
    running.child.stdout?.destroy()
    daemon.tellSessions({ event: { case: "heartbeat", value: {} } })
    expect(await running.finished).toMatchObject({ code: 0, stderr: "" })
  })
})
