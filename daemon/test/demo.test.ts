// `npm run demo` as a newcomer meets it: it says where to look, shows agents at work, and leaves nothing behind.

import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { createInterface } from "node:readline"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterEach, beforeEach, expect, test } from "vitest"

const ROOT = join(import.meta.dirname, "..", "..")
const run = promisify(execFile)

let home: string
/** Where the command line keeps compiled code, which is not the demo's to clean up. */
let cache: string
beforeEach(() => {
  home = mkdtempSync("/tmp/vcd-")
  cache = mkdtempSync("/tmp/vcc-")
})
afterEach(() => {
  for (const folder of [home, cache]) rmSync(folder, { recursive: true, force: true })
})

function startDemo(path = process.env["PATH"]) {
  const env = { HOME: home, PATH: path, LANG: "C.UTF-8", VIBECRAFT_PORT: "0" }
  const child = spawn(process.execPath, [join(ROOT, "daemon/simulator/demo.ts")], { env, stdio: ["ignore", "pipe", "pipe"] })
  let stdout = ""
  let stderr = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
  const ended = once(child, "close").then(([code]) => ({ code: code as number, stdout, stderr }))
  const greeted = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      stdout += `${line}\n`
      if (line.startsWith("Ctrl-C")) resolve(stdout)
    })
    ended.then(() => reject(new Error(`the demo ended: ${stdout}${stderr}`)), reject)
  })
  greeted.catch(() => {})
  return { child, env, ended, greeted }
}

test("says where to look, shows a fleet to page and command line, and cleans up on Ctrl-C", async () => {
  const demo = startDemo()
  const text = await demo.greeted
  const url = /Page\s+(http:\S+)/u.exec(text)?.[1] ?? ""
  const folder = /TMUX_TMPDIR=(\S+)\/t /u.exec(text)?.[1] ?? ""
  expect(await (await fetch(url)).text()).toContain("<!doctype html>")
  expect(text).toMatch(/npx vibecraft ls$/mu)
  type Listed = { sessions: { agent: string; status: string; role: string }[] }
  let listed: Listed = { sessions: [] }
  while (listed.sessions.length < 10) {
    const { stdout } = await run(process.execPath, [join(ROOT, "cli/bin/vibecraft.js"), "ls", "--json"], {
      env: { ...demo.env, XDG_CACHE_HOME: cache },
    })
    listed = JSON.parse(stdout) as Listed
  }
  expect(new Set(listed.sessions.map(({ agent }) => agent))).toEqual(new Set(["AGENT_CLAUDE", "AGENT_CODEX"]))
  expect(listed.sessions.some(({ role }) => role === "ROLE_HEADLESS")).toBe(true)

  demo.child.kill("SIGINT")
  expect(await demo.ended).toMatchObject({ code: 0, stderr: "" })
  expect(existsSync(folder)).toBe(false)
  expect(readdirSync(home)).toEqual([])
})

test("says in one line how to get tmux where there is none", async () => {
  const { stdout } = await run("/bin/sh", ["-c", "command -v sh bash cat env grep sleep rm"])
  const bin = join(home, "bin")
  await run("/bin/sh", ["-c", `mkdir ${bin} && ln -s ${stdout.trim().split("\n").join(" ")} ${bin}/`])
  const { code, stderr } = await startDemo(bin).ended
  expect(code).toBe(1)
  expect(stderr).toBe("vibecraft demo: tmux is not installed; install it first, for example with: apt install tmux\n")
})
