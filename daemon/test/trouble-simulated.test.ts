// The whole daemon beside simulated agents that get into trouble: what it says of errors and of what happened is what the agents did, and a
// daemon that is killed says the same again.

import { type Activity, ActivityKind } from "@vibecraft/shared/gen/vibecraft/v1/activity_pb"
import { ErrorClass } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { afterEach, beforeEach, expect, it } from "vitest"
import { createSimulatedBed, type SimulatedBed } from "./simulated-bed.ts"
import { bigintAsText, until } from "./until.ts"

let bed: SimulatedBed
beforeEach(async () => {
  bed = await createSimulatedBed("trouble")
})
afterEach(() => bed.close())

const oldestFirst = async (id: string): Promise<Activity[]> =>
  (await bed.api.activity.listActivity({ id, pageSize: 1000 })).activities.toReversed()
const metricsOf = async (id: string) => (await bed.api.metrics.getMetrics({ id })).metrics[0]

it("names the failing tool, the retried requests, the failing hook, the wait and its answer, the compaction and the other model", async () => {
  const agent = await bed.world.start({ agent: "claude", cwd: "loader", model: "claude-sonnet-5-5" })
  const session = await until(
    "it is found",
    async () => (await bed.api.sessions.listSessions({})).sessions.find(({ pid }) => pid === agent.pid)?.id ?? "",
    (found) => found !== "",
  )
  await agent.prompt("Load the export")
  await agent.command({ kind: "api-error", status: 529, final: false })
  await agent.command({ kind: "api-error", status: 529, final: false })
  const [callId = ""] = await agent.respond({ tools: [{ name: "Bash", input: { command: "npm run load" } }] })
  await agent.command({ kind: "hook-failed", callId, stderr: "jq: command not found" })
  await agent.command({ kind: "ask", callId })
  await until(
    "it waits",
    () => oldestFirst(session),
    (all) => all.some(({ kind }) => kind === ActivityKind.WAIT),
  )
  await agent.command({ kind: "answer", allow: true })
  await until(
    "it is answered",
    () => oldestFirst(session),
    (all) => all.some(({ kind }) => kind === ActivityKind.ANSWER),
  )
  await agent.endTool(callId, { outcome: "command-failed", output: "3 rows are broken" })
  await agent.respond({ end: true })
  await agent.command({ kind: "compact" })
  await agent.command({ kind: "model", model: "claude-opus-5-5" })
  await agent.turn("Go on")

  const all = await until(
    "all of it is there",
    () => oldestFirst(session),
    (some) => some.filter(({ kind }) => kind === ActivityKind.STOP).length === 2,
  )
  expect(new Set(all.map(({ sessionId }) => sessionId))).toEqual(new Set([session]))
  const words = all.map(({ kind, title, detail }) => [kind, title, ...(detail === undefined ? [] : [detail])])
  for (const expected of [
    [ActivityKind.API_ERROR, "overloaded, tried again", "529 Overloaded"],
    [ActivityKind.TOOL_START, "Bash", "npm run load"],
    [ActivityKind.HOOK_FAILURE, "PreToolUse:Bash", "jq: command not found"],
    [ActivityKind.WAIT, "permission prompt"],
    [ActivityKind.TOOL_END, "Bash", "Exit code 1 3 rows are broken"],
    [ActivityKind.COMPACTION, "manual"],
    [ActivityKind.MODEL_SWITCH, "claude-sonnet-5-5 → claude-opus-5-5"],
  ]) {
    expect(words).toContainEqual(expected)
  }
  const row = await metricsOf(await agent.conversationId())
  expect(row).toMatchObject({
    errorRate: 1,
    errors: [{ errorClass: ErrorClass.COMMAND_FAILURE, count: 1n, lastTool: "Bash", lastExample: "Exit code 1 3 rows are broken" }],
    apiErrorKinds: [{ kind: "overloaded", count: 2n, finalCount: 0n, lostMs: 1560n }],
    hookFailures: [{ hook: "PreToolUse:Bash", count: 1n, lastExample: "jq: command not found" }],
  })

  // Killed once all is written, it knows the same; targets are in memory alone.
  await until(
    "all is written",
    async () => (await bed.api.store.getStore({})).isBehind,
    (isBehind) => !isBehind,
  )
  await bed.restart("SIGKILL")
  const again = await until(
    "the session is there",
    () => oldestFirst(session),
    (some) => some.length >= all.length && some.every(({ sessionId }) => sessionId === session),
  )
  const told = (some: readonly Activity[]) =>
    some.map(({ kind, title, time, durationMs }) => JSON.stringify([kind, title, time, durationMs], bigintAsText))
  expect(told(again).toSorted()).toEqual(told(all).toSorted())
  const { errors, apiErrorKinds, hookFailures } = (await metricsOf(await agent.conversationId())) ?? {}
  expect({ errors, apiErrorKinds, hookFailures }).toEqual({
    errors: row?.errors,
    apiErrorKinds: row?.apiErrorKinds,
    hookFailures: row?.hookFailures,
  })
}, 120_000)
