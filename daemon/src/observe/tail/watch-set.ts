// Watches on folders, as hints only: they make the tailer quick, and it stays right without them. Never recursive (that would cost a watch per
// file) and never more than a cap, because the kernel's are few and shared with everything else the user runs.

import { type FSWatcher, watch } from "node:fs"

export interface WatchSet {
  /** Watches these folders and no others; the first `maxWatches` of them. Answers those that were not watched before. */
  keep(folders: readonly string[]): readonly string[]
  readonly size: number
  close(): void
}

export interface WatchSetOptions {
  /** Something happened to the entry `name` of `folder`; undefined where the kernel does not say which. */
  readonly onHint: (folder: string, name: string | undefined) => void
  /** No more watches can be had (EMFILE, ENOSPC): said once. */
  readonly onExhausted: (detail: string) => void
  /** Default 256. */
  readonly maxWatches?: number
}

const MAX_WATCHES = 256

export function createWatchSet(options: WatchSetOptions): WatchSet {
  const watchers = new Map<string, FSWatcher>()
  let cap = options.maxWatches ?? MAX_WATCHES
  let isClosed = false

  function add(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (!isClosed) options.onHint(folder, name ?? undefined)
      })
      watcher.on("error", () => drop(folder))
      watchers.set(folder, watcher)
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined
      // A folder that is gone or closed to us is found out by looking.
      if ((code !== "ENOSPC" && code !== "EMFILE") || cap === watchers.size) return
      cap = watchers.size
      options.onExhausted(`${code}: ${cap} folders are watched, the others are looked at now and then`)
    }
  }

  function drop(folder: string): void {
    watchers.get(folder)?.close()
    watchers.delete(folder)
  }

  return {
    keep(folders) {
      const wanted = new Set(folders.slice(0, cap))
      for (const folder of watchers.keys()) if (!wanted.has(folder)) drop(folder)
      const fresh = [...wanted].filter((folder) => !watchers.has(folder))
      for (const folder of fresh) if (watchers.size < cap) add(folder)
      return fresh.filter((folder) => watchers.has(folder))
    },
    get size() {
      return watchers.size
    },
    close() {
      isClosed = true
      for (const folder of watchers.keys()) drop(folder)
    },
  }
}
