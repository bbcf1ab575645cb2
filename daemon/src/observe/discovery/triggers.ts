// Hints that something may have changed: terminals come and go, tmux makes a socket, Codex takes a writer's lock. A hint only brings the
// next scan forward; the slow ticks find what no hint told of.

import { existsSync, type FSWatcher, watch } from "node:fs"
import type { Diagnostics } from "../../model/diagnostics.ts"

export interface Triggers {
  /** Watches a folder; one that is not there is tried again by `retry`. */
  add(folder: string): void
  retry(): void
  /** When a folder last gave a hint, as `now` tells it; undefined where it is not watched. */
  lastHintMs(folder: string): number | undefined
  /** Folders that are there and cannot be watched. */
  unwatched(): readonly string[]
  close(): void
}

export interface TriggersOptions {
  readonly diagnostics: Diagnostics
  readonly now: () => number
  readonly onHint: () => void
}

interface Watched {
  watcher: FSWatcher | undefined
  lastMs: number
  refused: boolean
}

export const createTriggers = ({ diagnostics, now, onHint }: TriggersOptions): Triggers => {
  const folders = new Map<string, Watched>()

  const start = (folder: string, state: Watched) => {
    // Asking for a watch that fails costs fifty times as much, and this is asked once a second.
    if (!existsSync(folder)) return
    try {
      const watcher = watch(folder, () => {
        state.lastMs = now()
        onHint()
      })
      watcher.on("error", () => {
        watcher.close()
        state.watcher = undefined
      })
      state.watcher = watcher
      state.refused = false
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined
      state.refused = code !== "ENOENT"
      if (state.refused) diagnostics.problem("watch", folder, `cannot be watched, ticks have to do: ${String(error)}`)
    }
  }

  return {
    add: (folder) => {
      if (folders.has(folder)) return
      const state: Watched = { watcher: undefined, lastMs: -Infinity, refused: false }
      folders.set(folder, state)
      start(folder, state)
    },
    retry: () => {
      for (const [folder, state] of folders) if (state.watcher === undefined) start(folder, state)
    },
    lastHintMs: (folder) => {
      const state = folders.get(folder)
      return state?.watcher === undefined ? undefined : state.lastMs
    },
    unwatched: () => [...folders].flatMap(([folder, { refused }]) => (refused ? [folder] : [])),
    close: () => {
      for (const { watcher } of folders.values()) watcher?.close()
    },
  }
}
