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

interface OpenedSession {
  readonly id: string
  readonly serverPid: string
}

/** What a tmux client says where no server listens, or none any more. */
const NOBODY_THERE = /no server running|error connecting|server exited|lost server/u

/** `folder` becomes TMUX_TMPDIR; `env` is all that the servers inherit. */
export function createPrivateTmux(options: { folder: string; env: Readonly<Record<string, string>> }): PrivateTmux {
  const opened = new Map<string, OpenedSession>()
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

  /** The session that a request means: the one it was opened as before, whatever it is called now, else the one of that name. */
  const sessionOf = async ({ server, session }: PaneRequest): Promise<string | undefined> => {
    const known = opened.get(`${server}\0${session}`)
    const list = await command(["list-sessions", "-F", "#{pid}\t#{session_id}\t#{session_name}"], server).catch((error: unknown) => {
      if (error instanceof TmuxError && NOBODY_THERE.test(error.message)) return ""
      throw error
    })
    const sessions = list.split("\n").map((line) => line.split("\t"))
    // A session that ended took its id with it, and a server that ended gives ids out anew.
    const same = sessions.find(([pid, id]) => known !== undefined && pid === known.serverPid && id === known.id)
    return (same ?? sessions.find(([, , name]) => name === session))?.[1]
  }
  const openNow = async (request: PaneRequest): Promise<Pane> => {
    const { server } = request
    const session = await sessionOf(request)
    const print = ["-P", "-F", "#{pane_id}\t#{pane_pid}\t#{session_id}\t#{pid}"]
    const env = Object.entries(request.env).flatMap(([name, value]) => ["-e", `${name}=${value}`])
    const window = request.window === undefined ? [] : ["-n", request.window]
    let open = ["new-session", "-d", "-x", "120", "-y", "36", "-s", request.session, ...window]
    if (session !== undefined) {
      open = request.split === true ? ["split-window", "-d", "-t", `${session}:`] : ["new-window", "-d", "-t", `${session}:`, ...window]
    }
    const output = await command([...open, ...print, "-c", request.cwd, ...env, "--", ...request.argv], server)
    const [paneId = "", panePid = "", id = "", serverPid = ""] = output.trim().split("\t")
    const isNewServer = [...opened.values()].every((one) => one.serverPid !== serverPid)
    opened.set(`${server}\0${request.session}`, { id, serverPid })
    // So that a server whose last agent ends does not vanish under the next one.
    if (isNewServer) await command(["set-option", "-s", "exit-empty", "off"], server).catch(() => {})
    return { paneId, panePid: Number(panePid), socket: socketPath(server) }
  }
  /** Between question and command the last pane of a session may end, or its server: then it is asked again what there is. */
  const openSurely = async (request: PaneRequest, triesLeft: number): Promise<Pane> => {
    try {
      return await openNow(request)
    } catch (error) {
      if (triesLeft === 0) throw error
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
