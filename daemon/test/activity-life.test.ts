// What happened, from a daemon that is killed at any moment: nothing is lost and nothing is there twice.

import { rmSync } from "node:fs"
import { join } from "node:path"
import { createClient } from "@connectrpc/connect"
import { createConnectTransport } from "@connectrpc/connect-node"
import { type Activity, ActivityKind } from "@vibecraft/shared/gen/vibecraft/v1/activity_pb"
import { StoreService } from "@vibecraft/shared/gen/vibecraft/v1/store_service_pb"
import { afterEach, beforeEach, expect, it } from "vitest"
import { clientsOf, createDaemonHome, type DaemonHome, type DaemonProgram } from "./daemon-program.ts"
import { SEED, seeded } from "./seeded.ts"
import { conversationId, growingHome, growUnderKills } from "./store-bed.ts"

const HOUR_MS = 3_600_000

let home: DaemonHome
beforeEach(() => {
  home = createDaemonHome()
})
afterEach(() => home.close())

/** All that is kept, latest first. */
async function activitiesOf(daemon: DaemonProgram): Promise<Activity[]> {
  const { activity } = await clientsOf(daemon)
  await daemon.line(/^vibecraftd caught up/m)
  const all: Activity[] = []
  for (let pageToken: string | undefined; pageToken !== "";) {
    const page = await activity.listActivity({ pageSize: 1000, pageToken: pageToken ?? "" })
    all.push(...page.activities)
    pageToken = page.nextPageToken
  }
  return all
}

/** What tells an activity, but for its number and for what is in memory alone. */
function signature(activity: Activity): string {
  const { time, kind, conversationId: of, subagentId, title, toolCallId, durationMs, errorClass } = activity
  return [time?.seconds, time?.nanos, kind, of, subagentId, title, toolCallId, durationMs, errorClass].map(String).join(" ")
}

it("is what one clean read finds, each thing once, however often the daemon is killed while transcripts grow", async () => {
  console.log(`seed ${SEED}`)
  const random = seeded(SEED)
  const files = growingHome(home.path, random, 400, Date.now() - HOUR_MS)
  await growUnderKills(files, () => home.start(), random, 6)
  const last = home.start()
  const kept = await activitiesOf(last)
  await last.line(/^vibecraftd stored/m)
  await last.end("SIGKILL")
  const clean = home.start("--state-dir", join(home.path, "clean-state"), "--socket", join(home.path, "clean-sock"))
  const expected = await activitiesOf(clean)
  await clean.end("SIGKILL")
  expect(expected.length).toBeGreaterThan(500)
  expect(kept.map(signature).toSorted()).toEqual(expected.map(signature).toSorted())
  const ids = kept.map(({ id }) => Number(id))
  expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => b - a))

  // It outlives the transcripts, and comes back under the same numbers.
  for (const path of files.paths) rmSync(path)
  const again = home.start()
  expect((await activitiesOf(again)).map((one) => [one.id, signature(one)])).toEqual(kept.map((one) => [one.id, signature(one)]))
})

it("is removed with its conversation", async () => {
  growingHome(home.path, seeded(1), 100, Date.now() - HOUR_MS).finish()
  const socketPath = join(home.path, "sock")
  const first = home.start("--socket", socketPath)
  const before = await activitiesOf(first)
  const of = conversationId(2)
  expect(before.filter((one) => one.conversationId === of).map(({ kind }) => kind)).toContain(ActivityKind.TOOL_END)
  await first.line(/^vibecraftd stored/m)
  const transport = createConnectTransport({ baseUrl: "http://localhost", httpVersion: "1.1", nodeOptions: { socketPath } })
  await createClient(StoreService, transport).purgeStore({ selection: { case: "conversationId", value: of }, confirmed: true })
  const left = before.filter((one) => one.conversationId !== of).map(signature)
  expect((await activitiesOf(first)).map(signature)).toEqual(left)
  await first.end("SIGKILL")
  expect((await activitiesOf(home.start())).map(signature)).toEqual(left)
})
