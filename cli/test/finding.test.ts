import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import { Agent, Confidence, Role } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { CheckState } from "@vibecraft/shared/gen/vibecraft/v1/daemon_service_pb"
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type CannedDaemon, startCannedDaemon } from "./canned-daemon.ts"
import { runCli } from "./run-cli.ts"
import { HOSTILE } from "./samples.ts"

/** Anything a terminal might obey; line ends are what separates our own lines. */
// oxlint-disable-next-line no-control-regex
const OBEYED = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]/

const ago = (ms: number) => timestampFromMs(Date.now() - ms)
const evidence = (field: string, source: string, detail: string, confidence: Confidence, ageMs: number) => ({
  field,
  source,
  detail,
  confidence,
  seenTime: ago(ageMs),
})

let daemon: CannedDaemon
beforeAll(async () => {
  daemon = await startCannedDaemon({
    sessions: [
      {
        id: "s-one",
        agent: Agent.CLAUDE,
        command: "claude",
        role: Role.INTERACTIVE,
        name: "fix login",
        pid: 42,
        status: Status.IDLE,
        statusReason: "done",
        statusSinceTime: ago(125_000),
        unread: true,
        pane: { socket: "/tmp/tmux-0/default", serverPid: 7, paneId: "%3", sessionName: "main", windowIndex: 2, paneIndex: 1 },
        evidence: [
          evidence("agent", "process", "executable /opt/claude", Confidence.CONFIRMED, 200_000),
          evidence("pane", "tmux", `descriptor 0 is the terminal of %3 ${HOSTILE}`, Confidence.LIKELY, 305_000),
          evidence("conversation_id", "transcript", "unknown: 2 claude processes in one folder could be in it", Confidence.GUESS, 305_000),
          evidence("status", "registry", "done", Confidence.CONFIRMED, 125_000),
        ],
      },
      { id: "s-two", agent: Agent.CODEX, name: "other", status: Status.WORKING },
    ],
    statusChanges: [
      { from: Status.WORKING, to: Status.IDLE, reason: "done", source: "registry", confidence: Confidence.CONFIRMED, time: ago(125_000) },
      { to: Status.WORKING, reason: "Bash runs", source: "title", confidence: Confidence.LIKELY, time: ago(300_000) },
    ],
    status: {
      version: "0.1.0",
      checks: [
        { name: "processes", state: CheckState.OK, detail: "300 processes", advice: "" },
        {
          name: "unlisted-agents",
          state: CheckState.FAILED,
          detail: `process 7 is not shown ${HOSTILE}`,
          advice: "run vibecraft discover",
        },
        { name: "titles", state: CheckState.WARNING, detail: "pane %4", advice: "ssh looks like this" },
        { name: "own-pane", state: CheckState.SKIPPED, detail: "no pane", advice: "" },
      ],
    },
  })
})
afterAll(() => daemon.close())

const run = (...args: string[]) => runCli([...args, "--socket", daemon.socket])

test("ls says what is done and unread", async () => {
  expect((await run("ls")).stdout).toMatch(/○ idle 2m: done, unread +fix login/)
})

test("why shows for each fact the evidence with source, confidence and age, and the unknown with its reason", async () => {
  const { stdout, code } = await run("why", "fix login")
  expect(code).toBe(0)
  expect(stdout).not.toMatch(OBEYED)
  const text = stdout.replaceAll(/\s+/g, " ")
  for (const part of [
    "agent claude (claude), process 42 confirmed by process, for 3m executable /opt/claude",
    "pane main:2.1 (%3 on /tmp/tmux-0/default) likely by tmux, for 5m descriptor 0",
    "conversation unknown guess by transcript, for 5m unknown: 2 claude processes",
    "status ○ idle 2m: done, unread confirmed by registry, for 2m done",
    "parent none no evidence",
    "changes of status, latest first working → idle: done 2m ago, by registry, confirmed working: Bash runs 5m ago, by title, likely",
  ]) {
    expect(text).toContain(part)
  }
  expect(JSON.parse((await run("why", "s-one", "--json")).stdout)).toMatchObject({
    session: { id: "s-one", unread: true },
    statusChanges: [{}, {}],
  })
})

test("seen marks what is named, or all that is unread, and nothing without a name", async () => {
  expect(await run("seen")).toMatchObject({ code: 2, stderr: expect.stringContaining("name a session") })
  expect(daemon.world.seen).toEqual([])
  expect((await run("seen", "other")).code).toBe(0)
  expect((await run("seen", "--all")).stdout).toContain("fix login")
  expect(daemon.world.seen).toEqual(["s-two", "s-one"])
})

test("doctor shows the worst first with what to do, and fails when a check failed", async () => {
  const { stdout, stderr, code } = await run("doctor")
  expect(code).toBe(1)
  expect(stderr).toBe("vibecraft: a check failed; see above\n")
  expect(stdout).not.toMatch(OBEYED)
  expect(stdout.match(/unlisted-agents|titles|ok +processes|own-pane/gm)).toEqual([
    "unlisted-agents",
    "titles",
    expect.stringContaining("processes"),
    "own-pane",
  ])
  expect(stdout).toContain("→ run vibecraft discover")
  expect(stdout).toContain("4 checks: 1 failed, 1 to look at")
})
