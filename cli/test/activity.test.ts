import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import { ActivityKind } from "@vibecraft/shared/gen/vibecraft/v1/activity_pb"
import { ErrorClass } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { startCannedDaemon, type CannedDaemon } from "./canned-daemon.ts"
import { type Running, runCli, startCli } from "./run-cli.ts"
import { busyWorld, HOSTILE } from "./samples.ts"

/** Anything a terminal might obey; line ends are what separates our own lines. */
// oxlint-disable-next-line no-control-regex
const OBEYED = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]/

const NOON = Date.UTC(2026, 10, 27, 12)
const at = (seconds: number) => timestampFromMs(NOON + seconds * 1000)
const of = { sessionId: "s-wait", conversationId: "c-wait" }

const DAY = [
  { id: 1n, ...of, time: at(-86_400), kind: ActivityKind.DISCOVERED, title: "claude" },
  { id: 2n, ...of, time: at(0), kind: ActivityKind.PROMPT, title: "fix login", detail: "please fix it" },
  { id: 3n, ...of, time: at(1), kind: ActivityKind.TOOL_START, title: "Bash", detail: "npm test", toolCallId: "t1" },
  {
    id: 4n,
    ...of,
    time: at(3),
    kind: ActivityKind.TOOL_END,
    title: "Bash",
    detail: "exit code 1",
    durationMs: 2300n,
    errorClass: ErrorClass.COMMAND_FAILURE,
    toolCallId: "t1",
  },
  { id: 5n, ...of, time: at(4), kind: ActivityKind.WAIT, title: "permission prompt", status: Status.WAITING },
  { id: 6n, ...of, time: at(45), kind: ActivityKind.ANSWER, title: "permission prompt", durationMs: 41_000n, status: Status.WORKING },
  { id: 7n, ...of, time: at(50), kind: ActivityKind.SUBAGENT_START, title: "Explore", subagentId: "a1" },
  { id: 8n, sessionId: "", conversationId: "0189abcd-x", time: at(60), kind: ActivityKind.STOP, title: "done", durationMs: 60_000n },
]

let daemon: CannedDaemon
let running: Running | undefined
beforeEach(async () => {
  daemon = await startCannedDaemon({ ...busyWorld(), activities: DAY })
})
afterEach(async () => {
  running?.child.kill("SIGKILL")
  running = undefined
  await daemon.close()
})

const run = (args: string[], env: NodeJS.ProcessEnv = {}) => runCli(["activity", ...args, "--socket", daemon.socket], env)
const start = (...args: string[]) => (running = startCli(["activity", ...args, "--socket", daemon.socket]))
const lines = (text: string) => text.split("\n").filter((line) => line !== "")

describe("activity", () => {
  test("shows when, which session, what and about what, latest last, a line for each day", async () => {
    const { code, stdout, stderr } = await run([])
    expect(stderr).toBe("")
    expect(code).toBe(0)
    expect(lines(stdout)).toEqual([
      "2026-11-26",
      "12:00:00  fix login               found           claude",
      "2026-11-27",
      "12:00:00  fix login               prompt          fix login: please fix it",
      "12:00:01  fix login               tool            Bash npm test",
      "12:00:03  fix login               command failed  Bash after 2.3 s: exit code 1",
      "12:00:04  fix login               waits           permission prompt",
      "12:00:45  fix login               answered        after 41.0 s: permission prompt",
      "12:00:50  fix login               subagent        ↳ Explore",
      "12:01:00  0189abcd                stops           done, after 1m",
      "8 shown; 8 kept, at most 20000 of the last 7 days, 3 older ones made room",
    ])
  })

  test("asks for a session, kinds, a time and prompts, and turns every page", async () => {
    const { stdout } = await run(["fix login", "-k", "wait,answer", "--kind", "stop", "--since", "2026-11-27", "--prompts", "--json"])
    expect(daemon.asked.activity[0]).toMatchObject({
      id: "s-wait",
      kinds: [ActivityKind.WAIT, ActivityKind.ANSWER, ActivityKind.STOP],
      sinceTime: timestampFromMs(Date.UTC(2026, 10, 27)),
      includePrompts: true,
    })
    expect(JSON.parse(stdout)).toMatchObject({
      activities: DAY.toReversed().map(({ id }) => ({ id: String(id) })),
      ring: { count: "8", dropped: "3" },
      nextPageToken: "",
    })
  })

  test("says what kinds there are, and that nothing was found", async () => {
    const wrong = await run(["--kind", "naps"])
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toContain('--kind "naps": give one of prompt, tool-start')
    daemon.world.activities = []
    expect((await run([])).stdout).toMatch(/^Nothing happened that was asked for; 0 kept/)
  })

  test("obeys nothing that an agent or a tool has said, and never overruns a narrow terminal", async () => {
    daemon.world.activities = [
      { id: 1n, sessionId: "s-evil", time: at(0), kind: ActivityKind.TOOL_START, title: `Bash ${HOSTILE}`, detail: HOSTILE },
      {
        id: 2n,
        sessionId: HOSTILE,
        conversationId: HOSTILE,
        time: at(1),
        kind: ActivityKind.HOOK_FAILURE,
        title: HOSTILE,
        detail: HOSTILE,
      },
    ]
    for (const width of ["200", "70", "30"]) {
      const { stdout } = await run([], { COLUMNS: width })
      expect(stdout).not.toMatch(OBEYED)
      for (const line of lines(stdout)) expect(line.length).toBeLessThanOrEqual(Number(width))
    }
    expect((await run(["--json"])).stdout).not.toMatch(OBEYED)
  })
})

describe("activity --follow", () => {
  test("shows the past, then what happens; Ctrl-C ends it with 0", async () => {
    const follow = start("-f")
    await follow.until((stdout) => lines(stdout).length === 10)
    expect(daemon.asked.activity[0]).toMatchObject({ past: 20, id: "", kinds: [] })
    daemon.tellActivity({
      event: {
        case: "happened",
        value: { activities: [{ id: 9n, ...of, time: at(70), kind: ActivityKind.GONE, title: "exited" }], missed: 2n },
      },
    })
    await follow.until((_, stderr) => stderr.includes("2 made room before they could be shown"))
    await follow.until((stdout) => stdout.endsWith("12:01:10  fix login               gone            exited\n"))
    follow.child.kill("SIGINT")
    expect((await follow.finished).code).toBe(0)
  })

  test("a daemon that restarts: said so, and then what was missed, nothing twice", async () => {
    const follow = start("-f")
    await follow.until((stdout) => lines(stdout).length === 10)
    const before = follow.stdout()
    await daemon.shut()
    await follow.until((_, stderr) => stderr.includes("stale, trying again"))
    // Older than what was shown, the same under another number, and a new one.
    daemon.world.activities = [
      { id: 1n, ...of, time: at(-90_000), kind: ActivityKind.GONE, title: "killed" },
      ...DAY.slice(1).map((one) => ({ ...one, id: one.id + 3n })),
      { id: 20n, ...of, time: at(90), kind: ActivityKind.API_ERROR, title: "overloaded, tried again", detail: "529" },
    ]
    await daemon.open()
    await follow.until((stdout) => stdout.endsWith("529\n"))
    expect(daemon.asked.activity.at(-1)).toMatchObject({ past: 1000 })
    expect(follow.stdout()).toBe(`${before}12:01:30  fix login               request failed  overloaded, tried again: 529\n`)
  })

  test("--json is one message a line", async () => {
    const follow = start("-f", "--json", "--kind", "wait")
    await follow.until((stdout) => lines(stdout).length === 1)
    daemon.tellActivity({ event: { case: "happened", value: { activities: [{ id: 9n, kind: ActivityKind.WAIT }] } } })
    await follow.until((stdout) => lines(stdout).length === 2)
    expect(lines(follow.stdout()).map((line): unknown => JSON.parse(line))).toMatchObject([
      { snapshot: { activities: DAY.map(({ id }) => ({ id: String(id) })) } },
      { happened: { activities: [{ id: "9", kind: "ACTIVITY_KIND_WAIT" }], missed: "0" } },
    ])
  })
})
