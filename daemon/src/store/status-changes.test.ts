// How sessions' statuses changed, kept over restarts of the daemon and no longer than is said.

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { World } from "../model/world.ts"
import { backUp, purge } from "./maintenance.ts"
import { feed, HEADS, NOW_MS, request, seen, start } from "./store-fixture.ts"

let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), "vc-store-"))))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe("changes of status", () => {
  type Words = readonly [from: string | null, to: string, reason: string, conversation: string | null]
  const rowsIn = (path: string, session = "s"): Words[] => {
    const database = new DatabaseSync(path)
    const sql =
      "SELECT from_status, to_status, reason, text FROM status_changes LEFT JOIN names ON names.id = conversation WHERE session = ? ORDER BY status_changes.id"
    const rows = database.prepare(sql).all(session)
    database.close()
    return rows.map((row) => [row["from_status"], row["to_status"], row["reason"], row["text"]] as Words)
  }
  const busy = (id: string, afterMs: number) =>
    seen(id, NOW_MS, { registry: { conversationId: id, status: "busy", statusUpdatedMs: NOW_MS + afterMs } })
  const idle = (id: string, afterMs: number) =>
    seen(id, NOW_MS, { registry: { conversationId: id, status: "idle", statusUpdatedMs: NOW_MS + afterMs } })
  const changesOf = (world: World, id = "s") => world.statusChanges(id).map(({ from, to, reason, source }) => [from, to, reason, source])

  test("outlive the daemon with what each was known by, and go on where they were", async () => {
    const path = join(dir, "f.db")
    const first = start(path)
    first.world.apply([...HEADS, busy("one", -9_000)])
    first.world.apply([idle("one", -8_000)])
    first.world.apply([busy("two", -7_000)])
    await first.store.written()
    const before = first.world.statusChanges("s")
    expect(before).toHaveLength(3)
    first.crash()

    const second = start(path)
    second.world.apply([busy("two", -7_000)])
    expect(second.world.statusChanges("s")).toEqual(before)
    second.world.apply([idle("two", -6_000)])
    second.world.apply([{ kind: "agent-gone", sessionId: "s", timeMs: NOW_MS - 5_000, reason: "killed" }])
    expect(changesOf(second.world)[0]).toEqual([Status.IDLE, Status.OFFLINE, "killed", "process"])
    expect(second.world.statusChanges("s").slice(2)).toEqual(before)
    await second.store.close()
    expect(rowsIn(path)).toEqual([
      [null, "working", "thinking", "one"],
      ["working", "idle", "at the prompt", "one"],
      ["idle", "working", "thinking", "two"],
      ["working", "idle", "at the prompt", "two"],
      ["idle", "offline", "killed", "two"],
    ])
  })

  test("of a session that is no more when the daemon starts end", async () => {
    const path = join(dir, "g.db")
    const first = start(path)
    first.world.apply([...HEADS, busy("one", -9_000), { ...busy("two", -9_000), sessionId: "t", pid: 8 }])
    await first.store.close()
    const second = start(path)
    second.world.apply([busy("one", -9_000)])
    second.world.allStated()
    await second.store.close()
    expect(rowsIn(path)).toEqual([[null, "working", "thinking", "one"]])
    expect(rowsIn(path, "t")).toEqual([
      [null, "working", "thinking", "two"],
      ["working", "ended", "gone when the daemon started", "two"],
    ])
  })

  test("are the last ninety days'", async () => {
    const path = join(dir, "h.db")
    const first = start(path)
    first.world.apply([...HEADS, busy("one", -90 * 86_400_000 - 1)])
    first.world.apply([idle("one", -90 * 86_400_000)])
    await first.store.close()
    expect(rowsIn(path).map(([, to]) => to)).toEqual(["idle"])
  })

  test("are in a copy", async () => {
    const path = join(dir, "k.db")
    const run = start(path)
    run.world.apply([...HEADS, busy("one", -9_000)])
    await run.store.close()
    const database = new DatabaseSync(path)
    backUp(database, `${path}.copy`)
    database.close()
    expect(rowsIn(`${path}.copy`)).toEqual(rowsIn(path))
    expect(rowsIn(path)).toHaveLength(1)
  })

  test("of conversations that were over before anybody looked are none", async () => {
    const path = join(dir, "i.db")
    const first = start(path)
    feed(first, [...HEADS, request("m1")], 4)
    const { id = "" } = first.world.session("one") ?? {}
    expect(changesOf(first.world, id)).toEqual([[Status.UNSPECIFIED, Status.ENDED, "no process found", "transcript"]])
    await first.store.close()
    expect(rowsIn(path, id)).toEqual([])
  })

  test("go with the conversation that they happened in, here and on disk, and with all of before it", async () => {
    const path = join(dir, "j.db")
    const run = start(path)
    run.world.apply([...HEADS, seen("one", NOW_MS, { conversationHints: [], registry: { conversationId: "one", status: "busy" } })])
    run.world.apply([idle("one", -8_000)])
    run.world.apply([busy("two", -7_000)])
    await run.store.written()
    const database = new DatabaseSync(path)
    const numberOf = Number(database.prepare("SELECT id FROM names WHERE text = 'one'").get()?.["id"])
    purge(database, { conversations: [numberOf], conversationIds: ["one"] })
    database.close()
    run.world.forget(["one"])
    expect(rowsIn(path)).toEqual([["idle", "working", "thinking", "two"]])
    expect(changesOf(run.world).map(([, to]) => to)).toContain(Status.WORKING)
    expect(changesOf(run.world).map(([, to]) => to)).not.toContain(Status.IDLE)
    await run.store.close()
  })
})
