// tmux servers of the simulator's own: sockets in a private folder, no configuration, never the user's.

import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)

/** Thrown when tmux is missing or refuses; the message is one plain line. */
export class TmuxError extends Error {
  override readonly name = "TmuxError"
}

export interface PaneRequest {
  /** Socket name in the private folder, "default" being the one that tmux takes by itself; or the absolute path of a socket. */
  readonly server: string
  readonly session: string
  readonly window?: string
  /** Splits the session's last window instead of opening one. */
  readonly split?: boolean
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly argv: readonly string[]
}

export interface Pane {
  readonly paneId: string
  /** The process that tmux started; the agent itself, or the shell that it runs in. */
  readonly panePid: number
  readonly socket: string
}

export interface PrivateTmux {
  open(request: PaneRequest): Promise<Pane>
  /** Any tmux command on one of the servers; answers its output. */
  command(args: readonly string[], server?: string): Promise<string>
  socketPath(server: string): string
}

interface KnownSession {
  readonly id: string
  readonly serverPid: string
}

/** `folder` becomes TMUX_TMPDIR; `env` is all that the servers inherit. */
export function createPrivateTmux(options: { folder: string; env: Readonly<Record<string, string>> }): PrivateTmux {
  const sessions = new Map<string, KnownSession>()
  let queue: Promise<unknown> = Promise.resolve()

  const command = async (args: readonly string[], server = "default"): Promise<string> => {
    try {
      const { stdout } = await run("tmux", ["-u", "-f", "/dev/null", server.startsWith("/") ? "-S" : "-L", server, ...args], {
        env: options.env,
      })
      return stdout
    } catch (error) {
      const { code, stderr } = error as { code?: unknown; stderr?: string }
      if (code === "ENOENT")
        throw new TmuxError("tmux is not installed; install it first, for example with: apt install tmux", { cause: error })
      throw new TmuxError(`tmux ${args[0]} failed: ${stderr?.trim() || String(error)}`, { cause: error })
    }
  }
  const socketPath = (server: string): string =>
    server.startsWith("/") ? server : join(options.folder, `tmux-${process.getuid?.() ?? 0}`, server)

  /** A session that ended took its id with it, and a server that ended gives ids out anew. */
  const isThere = async (server: string, session: KnownSession): Promise<boolean> => {
    const pid = await command(["display-message", "-p", "-t", `${session.id}:`, "#{pid}"], server).catch(() => "")
    return pid.trim() === session.serverPid
  }
  const openNow = async (request: PaneRequest): Promise<Pane> => {
    const { server } = request
    const key = `${server}\0${request.session}`
    const known = sessions.get(key)
    const print = ["-P", "-F", "#{pane_id}\t#{pane_pid}\t#{session_id}\t#{pid}"]
    const env = Object.entries(request.env).flatMap(([name, value]) => ["-e", `${name}=${value}`])
    const window = request.window === undefined ? [] : ["-n", request.window]
    let open = ["new-session", "-d", "-x", "120", "-y", "36", "-s", request.session, ...window]
    if (known !== undefined && (await isThere(server, known))) {
      open = request.split === true ? ["split-window", "-d", "-t", `${known.id}:`] : ["new-window", "-d", "-t", `${known.id}:`, ...window]
    }
    const output = await command([...open, ...print, "-c", request.cwd, ...env, "--", ...request.argv], server)
    const [paneId = "", panePid = "", id = "", serverPid = ""] = output.trim().split("\t")
    const isNewServer = [...sessions.values()].every((session) => session.serverPid !== serverPid)
    sessions.set(key, { id, serverPid })
    // So that a server whose last agent ends does not vanish under the next one.
    if (isNewServer) await command(["set-option", "-s", "exit-empty", "off"], server).catch(() => {})
    return { paneId, panePid: Number(panePid), socket: socketPath(server) }
  }
  /** The last pane of a session may end between the question and the command; then the session is made anew. */
  const openSurely = async (request: PaneRequest, triesLeft: number): Promise<Pane> => {
    try {
      return await openNow(request)
    } catch (error) {
      if (triesLeft === 0 || !sessions.delete(`${request.server}\0${request.session}`)) throw error
      return openSurely(request, triesLeft - 1)
    }
  }
  return {
    command,
    socketPath,
    // One at a time: two first panes of one session must not both create it.
    open(request) {
      const next = queue.then(() => openSurely(request, 3))
      queue = next.catch(() => {})
      return next
    },
  }
}
