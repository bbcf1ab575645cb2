// One closed world for one real client: a temp home, private tmux servers, a scripted API, a proxy that refuses everything else, and the
// daemon as a program that sees this world alone. Whatever becomes of the run, nothing of it outlives it.

import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { endMarked, MARK_ENV, startGuard } from "../../simulator/marked-processes.ts"
import { createPrivateTmux, type PrivateTmux } from "../../simulator/private-tmux.ts"
import { clientsOf, startDaemon } from "../daemon-program.ts"
import { createRefusingProxy, type RefusingProxy } from "./refusing-proxy.ts"
import type { Dialect } from "./reply.ts"
import { createScriptedApi, type ScriptedApi } from "./scripted-api.ts"
import { createSeat, type Seat } from "./seat.ts"
import { createSessionWatch, type SessionWatch } from "./session-watch.ts"

export interface Lab {
  readonly folder: string
  readonly home: string
  readonly api: ScriptedApi
  readonly proxy: RefusingProxy
  readonly tmux: PrivateTmux
  readonly watch: SessionWatch
  readonly daemon: Awaited<ReturnType<typeof clientsOf>>
  /** All that a client started here inherits. */
  readonly env: Readonly<Record<string, string>>
  /** Makes a folder below the home and answers its path. */
  project(name: string): string
  /** Opens a pane with a program in it. Answers also when that was asked for (ms). */
  open(argv: readonly string[], cwd: string, server?: string): Promise<{ readonly seat: Seat; readonly atMs: number }>
  close(): Promise<void>
}

export interface LabOptions {
  readonly dialect: Dialect
  /** Folder with the client's commands. */
  readonly bin: string
  /** Writes the client's own settings, so that it starts without a question, and answers variables for its environment. */
  readonly settle: (world: { readonly home: string; readonly apiUrl: string }) => Readonly<Record<string, string>>
}

export async function createLab({ dialect, bin, settle }: LabOptions): Promise<Lab> {
  await using resources = new AsyncDisposableStack()
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "vr-")))
  resources.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const mark = `real-${folder.slice(-6)}`
  const guard = startGuard(mark, folder)
  resources.defer(() => guard.close())
  resources.defer(() => endMarked(mark))
  const home = join(folder, "home")
  const tmuxFolder = join(folder, "t")
  for (const path of [home, tmuxFolder]) mkdirSync(path, { mode: 0o700 })

  const api = await createScriptedApi(dialect)
  resources.defer(() => api.close())
  const proxy = await createRefusingProxy()
  resources.defer(() => proxy.close())

  const confined = { HOME: home, TMUX_TMPDIR: tmuxFolder, VIBECRAFT_SCOPE: mark, [MARK_ENV]: mark, LANG: "C.UTF-8", TMPDIR: folder }
  const env: Record<string, string> = {
    ...confined,
    // Node is in it for the clients that a script of theirs starts.
    PATH: [bin, dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"].join(":"),
    TERM: "xterm-256color",
    SHELL: "/bin/bash",
    PS1: "shell> ",
    HTTP_PROXY: proxy.url,
    HTTPS_PROXY: proxy.url,
    NO_PROXY: "127.0.0.1,localhost",
    ...settle({ home, apiUrl: api.url }),
  }
  const tmux = createPrivateTmux({ folder: tmuxFolder, env })

  const program = startDaemon(["--port", "0", "--state-dir", join(folder, "state")], confined)
  resources.defer(async () => {
    program.child.kill("SIGKILL")
    await program.ended
  })
  const daemon = await clientsOf(program)
  const watch = createSessionWatch(daemon.sessions)
  resources.defer(() => watch.close())

  const all = resources.move()
  let opened = 0
  return {
    folder,
    home,
    api,
    proxy,
    tmux,
    watch,
    daemon,
    env,
    project(name) {
      const path = join(home, name)
      mkdirSync(path, { recursive: true })
      return path
    },
    async open(argv, cwd, server = "default") {
      opened += 1
      const atMs = Date.now()
      const pane = await tmux.open({ server, session: `s${opened}`, cwd, env: {}, argv })
      return { seat: createSeat(tmux, { server, ...pane }), atMs }
    },
    close: () => all.disposeAsync(),
  }
}
