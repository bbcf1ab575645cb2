import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { Diagnostics } from "../../model/diagnostics.ts"
import { createRegistry, type Registry } from "./registry.ts"

let home: string
let registry: Registry
let told: (string | undefined)[]
const diagnostics = new Diagnostics()
const path = () => join(home, "sessions", "5.json")
const write = (conversation: string, status = "idle") =>
  writeFileSync(path(), JSON.stringify({ pid: 5, sessionId: conversation, procStart: "1", status }))
const current = () => registry.filesOf(5)[0]?.entry.conversationId

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "vd-"))
  mkdirSync(join(home, "sessions"))
  told = []
  registry = createRegistry({ diagnostics, now: Date.now, onChange: () => told.push(current()) })
})

afterEach(() => {
  registry.close()
  rmSync(home, { recursive: true })
})

test("an id is believed when it stays, and one that is thrown away at once is never told", async () => {
  registry.addFolder(home)
  write("thrown-away")
  await vi.waitUntil(() => registry.isPending(5))
  write("kept")
  await vi.waitUntil(() => current() === "kept", { timeout: 10_000 })
  expect(told).toEqual(["kept"])
  write("next")
  await vi.waitUntil(() => registry.isPending(5))
  expect(current()).toBe("kept")
  await vi.waitUntil(() => current() === "next", { timeout: 10_000 })
})

test("a torn file is read again, a status is told at once, a deletion is a goodbye", async () => {
  registry.addFolder(home)
  writeFileSync(path(), '{"pid":5,')
  write("kept")
  await vi.waitUntil(() => current() === "kept", { timeout: 10_000 })
  write("kept", "busy")
  await vi.waitUntil(() => registry.filesOf(5)[0]?.entry.status === "busy")
  expect(registry.wasDeleted(5)).toBe(false)
  rmSync(path())
  await vi.waitUntil(() => registry.wasDeleted(5))
  expect(registry.filesOf(5)).toEqual([])
})

test("a folder that appears later is found by looking, and its disappearance forgets what it held", async () => {
  rmSync(join(home, "sessions"), { recursive: true })
  registry.addFolder(home)
  const health = () => diagnostics.sources().find(({ name }) => name === join(home, "sessions"))?.health
  expect(health()).toBe("absent")
  mkdirSync(join(home, "sessions"))
  write("kept")
  registry.poll()
  expect(health()).toBe("ok")
  await vi.waitUntil(() => current() === "kept", { timeout: 10_000 })
  rmSync(join(home, "sessions"), { recursive: true })
  registry.poll()
  expect(registry.filesOf(5)).toEqual([])
})
