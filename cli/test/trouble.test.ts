import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import { ErrorClass } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { afterAll, beforeAll, expect, test } from "vitest"
import { startCannedDaemon, type CannedDaemon } from "./canned-daemon.ts"
import { runCli } from "./run-cli.ts"
import { busyWorld, HOSTILE } from "./samples.ts"

/** Anything a terminal might obey; line ends are what separates our own lines. */
// oxlint-disable-next-line no-control-regex
const OBEYED = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]/

let daemon: CannedDaemon
beforeAll(async () => {
  const lastTime = timestampFromMs(Date.now() - 125_000)
  daemon = await startCannedDaemon({
    ...busyWorld(),
    metrics: [
      {
        sessionId: "s-wait",
        conversationId: "c-wait",
        errors: [
          { errorClass: ErrorClass.COMMAND_FAILURE, count: 12n, isFailure: true, lastTime, lastTool: "Bash", lastExample: "Exit code 2" },
          { errorClass: ErrorClass.REJECTED, count: 1n, lastTime, lastTool: HOSTILE, lastExample: HOSTILE },
        ],
        apiErrorKinds: [
          { kind: "overloaded", count: 7n, finalCount: 1n, lostMs: 8320n, lastTime, lastExample: "529 Overloaded" },
          { kind: "unknown", count: 1n },
        ],
        hookFailures: [{ hook: "PreToolUse:Bash", count: 3n, lastTime, lastExample: "jq: not found" }],
      },
    ],
  })
})
afterAll(() => daemon.close())

test("metrics of one session name what fails, how often, since when and with which words", async () => {
  const { code, stdout } = await runCli(["metrics", "fix login", "--socket", daemon.socket])
  expect(code).toBe(0)
  expect(stdout).toMatch(
    /CALLS THAT +N +JUDGED +AGO +LAST TOOL +SAID LAST\n +command failed +12 +failure +2m +Bash +Exit code 2\n +rejected +1 +no +2m /,
  )
  expect(stdout).toMatch(
    /REQUESTS THAT MET +N +FOR GOOD +LOST +AGO +SAID LAST\n +overloaded +7 +1 +8\.3 s +2m +529 Overloaded\n +unknown +1 +0\n/,
  )
  expect(stdout).toMatch(/HOOKS THAT FAILED +N +AGO +SAID LAST\n +PreToolUse:Bash +3 +2m +jq: not found\n/)
  expect(stdout).not.toMatch(OBEYED)
})

test("a narrow terminal is never overrun", async () => {
  const { stdout } = await runCli(["metrics", "fix login", "--socket", daemon.socket], { COLUMNS: "60" })
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(60)
  expect(stdout).toContain("command failed")
})
