import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { lockStateDir, StateDirInUse, StateDirUnusable } from "./instance-lock.ts"

let dir = ""
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "vc-lock-"))
})
afterEach(() => rmSync(dir, { recursive: true }))

describe("lockStateDir", () => {
  it("makes the folder for the user alone", () => {
    const stateDir = join(dir, "a", "b")
    using _lock = lockStateDir(stateDir)
    expect(statSync(stateDir).mode & 0o777).toBe(0o700)
  })

  it("lets one in at a time", () => {
    const first = lockStateDir(dir)
    expect(() => lockStateDir(dir)).toThrow(StateDirInUse)
    first[Symbol.dispose]()
    using _second = lockStateDir(dir)
  })

  it("says what to do when the folder cannot be made", () => {
    writeFileSync(join(dir, "file"), "")
    expect(() => lockStateDir(join(dir, "file", "state"))).toThrow(StateDirUnusable)
    expect(() => lockStateDir(join(dir, "file", "state"))).toThrow(/--state-dir/)
  })
})
