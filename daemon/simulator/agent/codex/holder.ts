// Since about 0.154 one background process holds the rollouts and locks of every Codex TUI. The first TUI starts it; it
// outlives that TUI and inherits its TMUX_PANE. Here it holds the files open and nothing more: the TUI does the writing.

import { spawn } from "node:child_process"
import { mkdirSync, openSync, rmSync, writeFileSync } from "node:fs"
import { connect, createServer, type Socket } from "node:net"
import { dirname, join } from "node:path"
import { startTicksOf } from "../owner.ts"

export interface Holder {
  /** Keeps this file open for as long as the holder lives. */
  hold(path: string): void
  close(): void
}

function socketPath(codexHome: string): string {
  return join(codexHome, "app-server-control", "app-server-control.sock")
}

/** Runs the holder inside this process (`codex app-server …`). Errors are those of listening. */
export function runHolder(codexHome: string): void {
  const path = socketPath(codexHome)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  rmSync(path, { force: true })
  const server = createServer((socket) => {
    let carry = ""
    socket.on("error", () => {})
    socket.on("data", (bytes) => {
      const lines = (carry + bytes.toString("utf8")).split("\n")
      carry = lines.pop() ?? ""
      for (const line of lines) openSync(line, "a", 0o600)
    })
  })
  server.listen(path)
  const pidFile = join(codexHome, "app-server-daemon", "daemon.pid")
  mkdirSync(dirname(pidFile), { recursive: true, mode: 0o700 })
  writeFileSync(pidFile, JSON.stringify({ pid: process.pid, processIdentity: { startTicks: startTicksOf("self") } }))
}

/** The TUI's side: starts the holder when none answers. `executable` is the holder's own copy of the program. */
export function connectHolder(options: { codexHome: string; executable: string; cwd: string }): Holder {
  const waiting: string[] = []
  let socket: Socket | undefined
  let isClosed = false
  let tries = 0
  const attempt = (): void => {
    const candidate = connect(socketPath(options.codexHome))
    candidate.on("connect", () => {
      socket = candidate
      candidate.unref()
      for (const path of waiting.splice(0)) candidate.write(`${path}\n`)
    })
    candidate.on("error", () => {
      socket = undefined
      if (isClosed || tries++ > 200) return
      if (tries === 1) {
        const args = ["app-server", "--listen", "unix://", "--analytics-default-enabled", "--managed-daemon"]
        spawn(options.executable, args, { cwd: options.cwd, detached: true, stdio: "ignore" }).unref()
      }
      setTimeout(attempt, 50)
    })
  }
  attempt()
  return {
    hold(path) {
      if (socket === undefined) waiting.push(path)
      else socket.write(`${path}\n`)
    },
    close() {
      isClosed = true
      socket?.destroy()
    },
  }
}
