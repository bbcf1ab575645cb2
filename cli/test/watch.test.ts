import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { startCannedDaemon, type CannedDaemon } from "./canned-daemon.ts"
import { type Running, startCli } from "./run-cli.ts"
import { busyWorld } from "./samples.ts"

let daemon: CannedDaemon
let running: Running
beforeEach(async () => {
  daemon = await startCannedDaemon(busyWorld())
})
afterEach(async () => {
  running.child.kill("SIGKILL")
  await daemon.close()
})

const start = (...args: string[]) => (running = startCli([...args, "--socket", daemon.socket]))
const lines = (text: string) => text.split("\n").filter((line) => line !== "")
const messages = (text: string): unknown[] => lines(text).map((line): unknown => JSON.parse(line))

describe("--watch --json", () => {
  test("ls: the snapshot, then each event, one line each; Ctrl-C ends it with 0", async () => {
    start("ls", "--watch", "--json")
    await running.until((stdout) => lines(stdout).length === 1)
    daemon.tellSessions({ event: { case: "ended", value: { sessionIds: ["s-work"] } } })
    daemon.tellSessions({ event: { case: "discovered", value: { sessions: [{ id: "s-new", status: Status.STARTING }] } } })
    await running.until((stdout) => lines(stdout).length === 3)
    expect(messages(running.stdout())).toMatchObject([
      { snapshot: { sessions: [{ id: "s-wait" }, {}, {}], daemonVersion: "0.1.0" } },
      { ended: { sessionIds: ["s-work"] } },
      { discovered: { sessions: [{ id: "s-new", status: "STATUS_STARTING", evidence: [] }] } },
    ])
    running.child.kill("SIGINT")
    expect(await running.finished).toMatchObject({ code: 0, stderr: "" })
  })

  test("metrics: likewise", async () => {
    start("metrics", "--watch", "--json")
    await running.until((stdout) => lines(stdout).length === 1)
    daemon.tellMetrics({ event: { case: "updated", value: { metrics: [{ conversationId: "c-work", durationMs: 5n }] } } })
    await running.until((stdout) => lines(stdout).length === 2)
    expect(messages(running.stdout())).toMatchObject([{ snapshot: { metrics: [{}, {}] } }, { updated: { metrics: [{ durationMs: "5" }] } }])
    running.child.kill("SIGTERM")
    expect(await running.finished).toMatchObject({ code: 0, stderr: "" })
  })

  test("a daemon that restarts: said so, then a new snapshot", async () => {
    start("ls", "--watch", "--json")
    await running.until((stdout) => lines(stdout).length === 1)
    await daemon.shut()
    await running.until((_, stderr) => stderr.includes("stale, trying again"))
    daemon.world.sessions = []
    await daemon.open()
    await running.until((stdout) => lines(stdout).length === 2)
    expect(messages(running.stdout())[1]).toMatchObject({ snapshot: { sessions: [] } })
    running.child.kill("SIGINT")
    expect((await running.finished).code).toBe(0)
  })

  test("leaving closes the stream at the daemon", async () => {
    start("ls", "--watch", "--json")
    await running.until(() => daemon.watchers() === 1 && lines(running.stdout()).length === 1)
    running.child.kill("SIGINT")
    await running.finished
    await expect.poll(() => daemon.watchers(), { timeout: 20_000 }).toBe(0)
  })
})

describe("--watch into a pipe", () => {
  test("ls: a table, and another one when something changed, no escape sequences", async () => {
    start("ls", "--watch")
    await running.until((stdout) => stdout.includes("3 sessions"))
    daemon.tellSessions({ event: { case: "ended", value: { sessionIds: ["s-evil"] } } })
    await running.until((stdout) => stdout.includes("2 sessions: 1 waiting, 1 working"))
    running.child.kill("SIGINT")
    const { code, stdout } = await running.finished
    expect(code).toBe(0)
    expect(stdout).not.toContain("\x1b")
  })

  test("metrics: rows in the order of the sessions, which change under them", async () => {
    start("metrics", "--watch")
    await running.until((stdout) => /fix login[^\n]*\n日本語/.test(stdout))
    const [, working] = daemon.world.sessions
    daemon.tellSessions({ event: { case: "updated", value: { sessions: [{ id: "s-wait", name: "fix login", status: Status.IDLE }] } } })
    expect(working?.id).toBe("s-work")
    await running.until((stdout) => /日本語[^\n]*\nfix login/.test(stdout))
  })

  test("metrics of one session at length, by its name", async () => {
    start("metrics", "fix login", "--watch")
    await running.until((stdout) => stdout.includes("\n  cost "))
    expect(running.stdout()).toContain("▲ waiting 3m, slow: permission prompt")
    expect(running.stdout()).toContain("unpriced: my-model")
  })
})
