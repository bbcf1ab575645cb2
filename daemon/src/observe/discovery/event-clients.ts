// Hears from each tmux server when sessions come, go or change their name, by a control client that is attached to nothing: it waits for
// a word that nobody ever says, so it changes no focus, no size and no "last used". It is not even listed among the clients.

import { type ChildProcess, spawn } from "node:child_process"
import { randomUUID } from "node:crypto"

export interface ListenedServer {
  readonly socket: string
  readonly pid?: number
  /** Its executable: a client of the same version. */
  readonly exe?: string
}

export interface EventClients {
  /** Listens to these servers and to no others. */
  follow(servers: readonly ListenedServer[]): void
  /** Servers that are heard now. */
  heard(): number
  close(): void
}

export interface EventClientsOptions {
  /** Client to run; "tmux" is looked up in PATH. */
  readonly binary?: string
  readonly now: () => number
  /** A server said that something changed; what it was is for a scan to see. */
  readonly onHint: (socket: string) => void
}

interface Line {
  readonly pid: number | undefined
  child: ChildProcess | undefined
  startedMs: number
  failures: number
}

const NEWS = /^%(sessions-changed|session-renamed|session-changed|window-|unlinked-window-|layout-change)/mu
/** A client that ends sooner has been refused. */
const BRIEF_MS = 2_000
/** A server that refuses so often is left alone; ticks have to do. */
const MAX_FAILURES = 3

export const createEventClients = ({ binary = "tmux", now, onHint }: EventClientsOptions): EventClients => {
  const lines = new Map<string, Line>()
  let closed = false

  const start = ({ socket, exe = binary }: ListenedServer, line: Line) => {
    line.startedMs = now()
    const env = { PATH: process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C.UTF-8" }
    const argv = ["-u", "-S", socket, "-C", "wait-for", `vibecraft-${randomUUID()}`]
    // The open end of its standard input keeps it there; when the daemon ends in whatever way, it ends too.
    const child = spawn(line.failures % 2 === 0 ? exe : binary, argv, { stdio: ["pipe", "pipe", "ignore"], env, cwd: "/" })
    line.child = child
    child.stdin.on("error", () => undefined)
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (!closed && NEWS.test(text)) onHint(socket)
    })
    const ended = () => {
      if (line.child !== child) return
      line.child = undefined
      line.failures = now() - line.startedMs < BRIEF_MS ? line.failures + 1 : 0
      if (!closed && lines.get(socket) === line) onHint(socket)
    }
    child.on("error", ended)
    child.on("exit", ended)
  }

  const stop = ({ child }: Line) => child?.stdin?.end()

  return {
    follow: (servers) => {
      if (closed) return
      const wanted = new Map(servers.map((server) => [server.socket, server]))
      for (const [socket, line] of lines) {
        const server = wanted.get(socket)
        if (server !== undefined && server.pid === line.pid) continue
        lines.delete(socket)
        stop(line)
      }
      for (const [socket, server] of wanted) {
        const { pid } = server
        let line = lines.get(socket)
        if (line === undefined) lines.set(socket, (line = { pid, child: undefined, startedMs: 0, failures: 0 }))
        if (line.child === undefined && line.failures < MAX_FAILURES) start(server, line)
      }
    },
    heard: () => [...lines.values()].filter(({ child }) => child !== undefined).length,
    close: () => {
      closed = true
      for (const line of lines.values()) stop(line)
    },
  }
}
