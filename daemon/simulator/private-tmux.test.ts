// Panes are opened where they are asked for, whatever happened to the session or its server meanwhile.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { createPrivateTmux, type Pane, type PrivateTmux } from "./private-tmux.ts"

let folder: string
let tmux: PrivateTmux

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vt-"))
  mkdirSync(join(folder, "t"))
  const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: folder, TMUX_TMPDIR: join(folder, "t"), LANG: "C.UTF-8" }
  tmux = createPrivateTmux({ folder: join(folder, "t"), env })
})
afterEach(async () => {
  await tmux.command(["kill-server"]).catch(() => {})
  rmSync(folder, { recursive: true, force: true })
})

const open = (session: string): Promise<Pane> => tmux.open({ server: "default", session, cwd: folder, env: {}, argv: ["sleep", "100000"] })
const sessionOf = async ({ paneId }: Pane): Promise<string> =>
  (await tmux.command(["display-message", "-p", "-t", paneId, "#{session_name}"])).trim()

test("in a session that somebody else made", async () => {
  await open("other")
  await tmux.command(["new-session", "-d", "-s", "main", "--", "sleep", "100000"])
  expect(await sessionOf(await open("main"))).toBe("main")
})

test("in the same session under another name", async () => {
  await open("main")
  await tmux.command(["rename-session", "-t", "main", "$(touch x)"])
  expect(await sessionOf(await open("main"))).toBe("$(touch x)")
})

test("in a new session, once the last pane of the old one has ended, or its server", async () => {
  const first = await open("main")
  process.kill(first.panePid, "SIGKILL")
  expect(await sessionOf(await open("main"))).toBe("main")
  const killing = tmux.command(["kill-server"])
  const [pane] = await Promise.all([open("main"), killing])
  // One of both came first: the pane is there, or went with its server.
  const left = await sessionOf(pane).catch(() => "gone")
  expect(["main", "gone", ""]).toContain(left)
  expect(await sessionOf(await open("main"))).toBe("main")
})
