import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { startCannedDaemon, type CannedDaemon } from "./canned-daemon.ts"
import { BIN, cleanEnv } from "./run-cli.ts"
import { busyWorld } from "./samples.ts"

// A real terminal: the command runs in a pane of a tmux server of this test's own, and what stands there is what its user would see.

const folder = mkdtempSync(join(tmpdir(), "vt-"))
const env = cleanEnv({ TMUX_TMPDIR: folder, LANG: "C.UTF-8", TERM: "xterm-256color", PS1: "PROMPT> " })
const tmux = (...args: string[]) => execFileSync("tmux", ["-u", "-f", "/dev/null", ...args], { env, encoding: "utf8" })
const screen = () => tmux("capture-pane", "-p", "-t", "t")
const type = (text: string) => tmux("send-keys", "-t", "t", text, "Enter")
const shows = (fits: (text: string) => boolean) => expect.poll(screen, { timeout: 30_000 }).toSatisfy(fits)

let daemon: CannedDaemon
const watch = () => `${process.execPath} ${BIN} ls --watch --socket ${daemon.socket}`
beforeAll(async () => {
  daemon = await startCannedDaemon(busyWorld())
  tmux("new-session", "-d", "-s", "t", "-x", "80", "-y", "24", "sh")
})
afterAll(async () => {
  tmux("kill-server")
  rmSync(folder, { recursive: true, force: true })
  await daemon.close()
})

test("a watch draws in place, fits, says when it is stale, and leaves the terminal as it was", async () => {
  type("echo before-$((40 + 2))")
  await shows((text) => text.includes("before-42"))
  type(`${watch()}; echo code $?`)
  await shows((text) => text.includes("3 sessions: 1 waiting, 1 working, 1 idle"))
  expect(screen()).not.toContain("before-42")
  expect(screen().split("\n")[0]).toMatch(/^STATUS +NAME +AGENT +DOING +PANE +ACTIVE$/)
  // oxlint-disable-next-line no-control-regex
  expect(tmux("capture-pane", "-p", "-e", "-t", "t")).toMatch(/1m\x1b\[33m(\x1b\[49m)?▲ waiting/)

  daemon.tellSessions({ event: { case: "ended", value: { sessionIds: ["s-work"] } } })
  await shows((text) => text.includes("2 sessions: 1 waiting, 1 idle") && !text.includes("日本語"))

  await daemon.shut()
  await shows((text) => text.startsWith("STALE, trying again: "))
  await daemon.open()
  await shows((text) => text.startsWith("STATUS") && text.includes("3 sessions"))

  tmux("send-keys", "-t", "t", "C-c")
  await shows((text) => text.includes("before-42") && text.includes("code 0") && !text.includes("3 sessions"))
  expect(tmux("display-message", "-p", "-t", "t", "#{cursor_flag} #{alternate_on}").trim()).toBe("1 0")
})

test("a terminal that is made narrower is drawn anew", async () => {
  type(`clear; ${watch()}`)
  await shows((text) => text.startsWith("STATUS") && text.includes("PANE"))
  tmux("resize-window", "-t", "t", "-x", "40", "-y", "24")
  await shows((text) => text.startsWith("STATUS") && !text.includes("PANE") && text.includes("3 sessions"))
  expect(screen()).toMatch(/^STATUS +NAME$/m)
  tmux("resize-window", "-t", "t", "-x", "40", "-y", "3")
  await shows((text) => /^STATUS[^\n]*\n▲ waiting[^\n]*\n… 4 more\n$/.test(text))
})
