// Follows the folders in which Claude Code lists its live sessions. A file is read the moment it changes, on the main thread and past any
// scan, so that a status is seen within milliseconds; a slow look at the folder makes up for events that got lost.

import { type FSWatcher, readdirSync, readFileSync, statSync, watch } from "node:fs"
import { join } from "node:path"
import type { Diagnostics } from "../../model/diagnostics.ts"
import { parseRegistryFile, type RegistryFile } from "./registry-file.ts"

export interface Registry {
  /** Follows `<configFolder>/sessions`; a folder that is not there yet is looked for again by `poll`. */
  addFolder(configFolder: string): void
  /** Settled files that speak of a pid, over all folders. */
  filesOf(pid: number): readonly RegistryFile[]
  /** Whether a file of this pid was seen whose conversation is not settled yet. */
  isPending(pid: number): boolean
  /** Whether a file of this pid was deleted since the daemon watches: agents do that when they exit cleanly. */
  wasDeleted(pid: number): boolean
  /** All settled files. */
  files(): readonly RegistryFile[]
  /** Folders that are there and cannot be watched. */
  unwatched(): readonly string[]
  /** Looks at what changed without an event. */
  poll(): void
  close(): void
}

export interface RegistryOptions {
  readonly diagnostics: Diagnostics
  readonly now: () => number
  /** A settled file is new, changed or gone. */
  readonly onChange: (pid: number) => void
}

interface Folder {
  readonly path: string
  readonly files: Map<string, Known>
  watcher: FSWatcher | undefined
  /** Whether it is there and cannot be watched. */
  refused: boolean
  /** Changes that a look found before an event told of them. */
  readonly untold: Map<string, NodeJS.Timeout>
}

interface Known {
  file: RegistryFile | undefined
  /** Modification time and size, to see whether it must be read again. */
  mark: string
  /** A conversation that is not believed yet, and since when it is written there. */
  pending: { readonly conversationId: string; readonly sinceMs: number; readonly timer: NodeJS.Timeout } | undefined
}

/** While an agent resumes, an id that it throws away is to be seen for some 20 ms. */
const SETTLE_MS = 100
const TORN_RETRY_MS = 20
/** An event that is not there so long after the change it should tell of is lost. */
const TOLD_MS = 500
const MAX_DELETED = 10_000
const FILE_NAME = /^(\d{1,10})\.json$/

export const createRegistry = ({ diagnostics, now, onChange }: RegistryOptions): Registry => {
  const folders = new Map<string, Folder>()
  const deleted = new Set<number>()
  const retries = new Set<NodeJS.Timeout>()
  let closed = false

  const later = (ms: number, run: () => void): NodeJS.Timeout => {
    const timer = setTimeout(() => {
      retries.delete(timer)
      if (!closed) run()
    }, ms)
    retries.add(timer)
    return timer
  }

  const notTold = (folder: Folder, name: string) => {
    if (folder.watcher === undefined || folder.untold.has(name)) return
    const timer = later(TOLD_MS, () => {
      folder.untold.delete(name)
      diagnostics.counters.missedHints += 1
    })
    folder.untold.set(name, timer)
  }

  const told = (folder: Folder, name: string) => {
    const timer = folder.untold.get(name)
    if (timer === undefined) return
    folder.untold.delete(name)
    retries.delete(timer)
    clearTimeout(timer)
  }

  const forget = (folder: Folder, name: string) => {
    const known = folder.files.get(name)
    if (known === undefined) return
    clearTimeout(known.pending?.timer)
    folder.files.delete(name)
    const pid = Number(FILE_NAME.exec(name)?.[1])
    if (deleted.size > MAX_DELETED) deleted.clear()
    deleted.add(pid)
    onChange(pid)
  }

  const accept = (known: Known, file: RegistryFile) => {
    clearTimeout(known.pending?.timer)
    known.pending = undefined
    const changed = JSON.stringify(known.file) !== JSON.stringify(file)
    known.file = file
    deleted.delete(file.pid)
    if (changed) onChange(file.pid)
  }

  const read = (folder: Folder, name: string, isRetry = false): void => {
    if (!FILE_NAME.test(name)) return
    const path = join(folder.path, name)
    const mark = markOf(path)
    if (mark === undefined) return forget(folder, name)
    let text: string
    try {
      text = readFileSync(path, "utf8")
    } catch (error) {
      diagnostics.problem("unreadable-file", path, String(error))
      return
    }
    const file = parseRegistryFile(text)
    let known = folder.files.get(name)
    if (known === undefined) folder.files.set(name, (known = { file: undefined, mark: mark.text, pending: undefined }))
    known.mark = mark.text
    if (file === "torn" || file === "foreign" || file.pid !== Number(FILE_NAME.exec(name)?.[1])) {
      if (file === "torn" && !isRetry) later(TORN_RETRY_MS, () => read(folder, name, true))
      else
        diagnostics.problem(
          "registry-file",
          path,
          file === "torn" ? "not whole JSON; left out until it changes" : "of a shape not known; left out",
        )
      return
    }
    const sameConversation = known.file?.entry.conversationId === file.entry.conversationId
    const { conversationId } = file.entry
    const sinceMs = known.pending?.conversationId === conversationId ? known.pending.sinceMs : Math.min(now(), mark.timeMs)
    if (sameConversation || now() - sinceMs >= SETTLE_MS) return accept(known, file)
    clearTimeout(known.pending?.timer)
    known.pending = { conversationId, sinceMs, timer: later(SETTLE_MS, () => read(folder, name)) }
  }

  const look = (folder: Folder) => {
    let names: string[]
    try {
      names = readdirSync(folder.path)
    } catch {
      folder.watcher?.close()
      folder.watcher = undefined
      for (const name of folder.files.keys()) forget(folder, name)
      diagnostics.source({ kind: "registry", name: folder.path, health: "absent", detail: "no such folder: no Claude Code has run here" })
      return
    }
    const isFirst = folder.watcher === undefined
    if (folder.watcher === undefined) folder.watcher = watchFolder(folder)
    folder.refused = folder.watcher === undefined
    const detail = folder.watcher === undefined ? "cannot be watched; looked at once a second" : "followed"
    diagnostics.source({
      kind: "registry",
      name: folder.path,
      health: folder.watcher === undefined ? "degraded" : "ok",
      detail,
      seenMs: now(),
    })
    const present = new Set(names)
    for (const name of folder.files.keys()) {
      if (present.has(name)) continue
      if (!isFirst) notTold(folder, name)
      forget(folder, name)
    }
    for (const name of names) {
      if (!FILE_NAME.test(name)) continue
      const known = folder.files.get(name)
      const mark = markOf(join(folder.path, name))
      if (mark === undefined || known?.mark === mark.text) continue
      if (!isFirst) notTold(folder, name)
      read(folder, name)
    }
  }

  const watchFolder = (folder: Folder): FSWatcher | undefined => {
    try {
      const watcher = watch(folder.path, (_event, name) => {
        if (closed) return
        diagnostics.counters.hints += 1
        if (name === null) return look(folder)
        told(folder, name)
        read(folder, name)
      })
      watcher.on("error", () => {
        watcher.close()
        folder.watcher = undefined
      })
      return watcher
    } catch (error) {
      diagnostics.problem("watch", folder.path, String(error))
      return undefined
    }
  }

  return {
    addFolder: (configFolder) => {
      const path = join(configFolder, "sessions")
      if (folders.has(path)) return
      const folder: Folder = { path, files: new Map(), watcher: undefined, refused: false, untold: new Map() }
      folders.set(path, folder)
      look(folder)
    },
    filesOf: (pid) => [...folders.values()].flatMap(({ files }) => files.get(`${pid}.json`)?.file ?? []),
    isPending: (pid) => [...folders.values()].some(({ files }) => files.get(`${pid}.json`)?.pending !== undefined),
    wasDeleted: (pid) => deleted.has(pid),
    files: () => [...folders.values()].flatMap(({ files }) => [...files.values()].flatMap(({ file }) => file ?? [])),
    unwatched: () => [...folders.values()].flatMap(({ path, refused }) => (refused ? [path] : [])),
    poll: () => {
      for (const folder of folders.values()) look(folder)
    },
    close: () => {
      closed = true
      for (const timer of retries) clearTimeout(timer)
      for (const { watcher } of folders.values()) watcher?.close()
    },
  }
}

const markOf = (path: string): { text: string; timeMs: number } | undefined => {
  try {
    const found = statSync(path, { throwIfNoEntry: false })
    return found?.isFile() ? { text: `${found.ino} ${found.mtimeMs} ${found.size}`, timeMs: found.mtimeMs } : undefined
  } catch {
    return undefined
  }
}
