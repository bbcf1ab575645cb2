import { Clock, Window } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { LatencyGroup } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { afterEach, beforeEach, expect, test } from "vitest"
import { type CannedDaemon, startCannedDaemon } from "./canned-daemon.ts"
import { runCli } from "./run-cli.ts"
import { busyWorld, HOSTILE } from "./samples.ts"

const percentiles = { meanMs: 900, p50Ms: 800n, p90Ms: 1500n, p95Ms: 2000n, p99Ms: 9000n, maxMs: 9000n }
const tool = { clock: Clock.TOOL, ...percentiles }

let daemon: CannedDaemon
beforeEach(async () => {
  daemon = await startCannedDaemon({
    ...busyWorld(),
    latency: [
      { key: "Bash", latency: [{ ...tool, window: Window.WINDOW_HOUR, count: 340n, estimatedCount: 85n }] },
      { key: HOSTILE, latency: [{ ...tool, window: Window.WINDOW_HOUR, count: 12n }] },
    ],
  })
})
afterEach(() => daemon.close())

const run = (args: readonly string[]) => runCli([...args, "--socket", daemon.socket])

test("shows each tool with its samples, the estimated share and stars where they are few", async () => {
  const { code, stdout } = await run(["metrics", "--by", "tool", "--window", "1h"])
  expect(code).toBe(0)
  const [header, bash, evil, , note] = stdout.split("\n")
  expect(header).toMatch(/^TOOL +CLOCK +N +ESTIMATED +MEAN +P50 +P90 +P95 +P99 +MAX$/)
  expect(bash).toMatch(/^Bash +tool +340 +25 % +900 ms +800 ms +1\.5 s +2\.0 s +9\.0 s +9\.0 s$/)
  expect(evil).toMatch(/^evil forged line\S* +tool +12 +900 ms +800 ms +1\.5 s +2\.0 s\* +9\.0 s\* +9\.0 s$/)
  expect(note).toBe("* low confidence: of fewer than 20 samples p95 is the maximum, of fewer than 100 p99 is")
  expect(daemon.asked.latency[0]).toMatchObject({ groupBy: LatencyGroup.TOOL, windows: [Window.WINDOW_HOUR], clocks: [], id: "" })
})

test("asks for several clocks and windows, of one session", async () => {
  const { stdout } = await run(["metrics", "fix login", "--by", "subagent", "--window", "5m,24h", "--clock", "model, turn"])
  expect(stdout).toMatch(/^SUBAGENT +WINDOW +CLOCK/)
  expect(daemon.asked.latency[0]).toMatchObject({
    groupBy: LatencyGroup.SUBAGENT,
    windows: [Window.WINDOW_5_MINUTES, Window.WINDOW_24_HOURS],
    clocks: [Clock.MODEL, Clock.TURN],
    id: "s-wait",
  })
})

test("--json prints all pages as one answer", async () => {
  const { stdout } = await run(["metrics", "--by", "tool", "--json"])
  const { rows } = JSON.parse(stdout) as { rows: unknown[] }
  expect(rows).toHaveLength(2)
  expect(rows[0]).toMatchObject({
    key: "Bash",
    latency: [{ clock: "CLOCK_TOOL", window: "WINDOW_HOUR", count: "340", estimatedCount: "85" }],
  })
})

test.each([
  [["metrics", "--by", "person"], '--by "person": choose from session, subagent, tool, model, project, host'],
  [["metrics", "--by", "tool", "--window", "2h"], '--window "2h": choose from 5m, 1h, 24h, session'],
  [["metrics", "--by", "tool", "--clock", "tool,alarm"], '--clock "alarm": choose from tool, model, permission, turn, idle'],
  [["metrics", "--window", "1h"], "--window and --clock go with --by"],
  [["metrics", "--by", "tool", "--watch"], "--by is asked once; leave --watch out"],
])("%j is wrong usage", async (args, message) => {
  const { code, stderr } = await run(args)
  expect(code).toBe(2)
  expect(stderr).toContain(message)
})
