// What reports and corrections say stays so over a restart of the program, even where the transcript is gone.

import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { Agent as HttpAgent } from "node:http"
import { join } from "node:path"
import { create, toJsonString } from "@bufbuild/protobuf"
import { createClient } from "@connectrpc/connect"
import { createConnectTransport } from "@connectrpc/connect-node"
import {
  ListCorrectionsResponseSchema,
  ListUsageResponseSchema,
  MetricsService,
} from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { Certainty } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { UsageGroup } from "@vibecraft/shared/gen/vibecraft/v1/usage_pb"
import { afterEach, beforeEach, expect, it } from "vitest"
import { assistantLine, CONVERSATION_ID } from "./assistant-line.ts"
import { createDaemonHome, type DaemonHome } from "./daemon-program.ts"

let home: DaemonHome
beforeEach(() => {
  home = createDaemonHome()
})
afterEach(() => home.close())

function assistant(n: number): string {
  return assistantLine(n, `2026-11-0${n}T10:00:00.000Z`, { output: 100 * n, cacheRead: 5 })
}

/** Runs the daemon until it has read everything, asks it over its socket, and stops it. */
async function asking<T>(ask: (metrics: ReturnType<typeof metricsOver>) => Promise<T>): Promise<T> {
  const socket = join(home.path, "sock")
  const daemon = home.start("--socket", socket)
  await daemon.line(/^vibecraftd caught up /m)
  try {
    return await ask(metricsOver(socket))
  } finally {
    await daemon.end("SIGTERM")
  }
}

function metricsOver(socket: string) {
  const agent = new HttpAgent()
  agent.createConnection = () => connect(socket)
  return createClient(MetricsService, createConnectTransport({ baseUrl: "http://localhost", httpVersion: "1.1", nodeOptions: { agent } }))
}

async function everything(metrics: ReturnType<typeof metricsOver>): Promise<readonly string[]> {
  const groups = [[UsageGroup.DAY, UsageGroup.MODEL], [UsageGroup.BLOCK], [UsageGroup.PROJECT], [UsageGroup.SUBAGENT_TYPE]]
  const reports = await Promise.all(groups.map((groupBy) => metrics.listUsage({ groupBy, timeZone: "Asia/Tokyo" })))
  const told = reports.map(({ rows, total }) =>
    toJsonString(ListUsageResponseSchema, create(ListUsageResponseSchema, { rows, ...(total && { total }) })),
  )
  return [...told, toJsonString(ListCorrectionsResponseSchema, await metrics.listCorrections({}))]
}

it("is the same after a restart, and after the transcript is gone", async () => {
  const folder = join(home.path, ".claude", "projects", "-work-app")
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${CONVERSATION_ID}.jsonl`), [1, 2, 3].map(assistant).join(""))
  const before = await asking(async (metrics) => {
    const correct = (set: object, add: object) =>
      metrics.correctUsage({ action: { case: "correction", value: { conversationId: CONVERSATION_ID, note: "as billed", set, add } } })
    await correct({ output: 1000n }, {})
    await correct({}, { input: 7n })
    await correct({}, { cacheRead: -1n })
    await metrics.correctUsage({ action: { case: "undoId", value: 2n } })
    return everything(metrics)
  })
  expect(before[0]).toContain('"output":"600"')
  expect(before[0]).toContain('"corrected"')
  expect(await asking(everything)).toEqual(before)
  rmSync(folder, { recursive: true })
  expect(await asking(everything)).toEqual(before)
  // Numbers go on where they were.
  const { correction } = await asking((metrics) =>
    metrics.correctUsage({ action: { case: "correction", value: { conversationId: CONVERSATION_ID, note: "more", add: { input: 1n } } } }),
  )
  expect(correction?.id).toBe(4n)
})

it("knows an answer's count of tokens for one that was never put right, and for the true one once a line brings it", async () => {
  const folder = join(home.path, ".claude", "projects", "-work-app")
  const path = join(folder, `${CONVERSATION_ID}.jsonl`)
  const certainty = () => asking(async (metrics) => (await metrics.listUsage({ groupBy: [UsageGroup.DAY] })).total?.cost?.certainty)
  const at = "2026-11-01T10:00:00.000Z"
  mkdirSync(folder, { recursive: true })
  writeFileSync(path, assistantLine(1, at, { output: 2, text: "What the tests say of it is more than two tokens can be. ".repeat(5) }))
  expect(await certainty()).toBe(Certainty.ESTIMATED)
  expect(await certainty()).toBe(Certainty.ESTIMATED)
  appendFileSync(path, assistantLine(1, at, { output: 80 }))
  expect(await certainty()).toBe(Certainty.PRICED)
  expect(await certainty()).toBe(Certainty.PRICED)
})
