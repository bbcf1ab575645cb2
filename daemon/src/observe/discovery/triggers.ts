// Hints that something may have changed: terminals come and go, tmux makes a socket, Codex takes a writer's lock. A hint only brings the
// next scan forward; the slow ticks find what no hint told of.

import { type FSWatcher, watch } from "node:fs"
import type { Diagnostics } from "../../model/diagnostics.ts"

export interface Triggers {
  /** Watches a folder; one that is not there is tried again by `retry`. */
  add(folder: string): void
  retry(): void
  close(): void
}

export const createTriggers = (onHint: () => void, diagnostics: Diagnostics): Triggers => {
  const watchers = new Map<string, FSWatcher | undefined>()

  const start = (folder: string) => {
    try {
      const watcher = watch(folder, onHint)
      watcher.on("error", () => {
        watcher.close()
        watchers.set(folder, undefined)
      })
      watchers.set(folder, watcher)
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined
      if (code !== "ENOENT") diagnostics.problem("watch", folder, `cannot be watched, ticks have to do: ${String(error)}`)
    }
  }

  return {
    add: (folder) => {
      if (watchers.has(folder)) return
      watchers.set(folder, undefined)
      start(folder)
    },
    retry: () => {
      for (const [folder, watcher] of watchers) if (watcher === undefined) start(folder)
    },
    close: () => {
      for (const watcher of watchers.values()) watcher?.close()
    },
  }
}
