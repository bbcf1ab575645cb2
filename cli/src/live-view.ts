// A view that follows the daemon: redrawn in place on a terminal, appended as a new table where output goes elsewhere.

import { truncate } from "@vibecraft/shared/safe-text"
import { follow } from "./follow.ts"
import { untilInterrupted } from "./interrupt.ts"
import { openScreen, type Screen } from "./screen.ts"
import type { Terminal } from "./terminal.ts"

/** One stream that a view lives on. */
export interface Feed {
  /** Opens the stream. */
  readonly run: (hooks: FeedHooks, signal: AbortSignal) => Promise<void>
}

export interface FeedHooks {
  /** A message was applied. */
  readonly changed: () => void
  readonly stale: (reason: string) => void
}

/** Makes a feed of a watch and of what to do with its messages. `apply` answers whether there is anything new to show. */
export function feed<T>(open: (signal: AbortSignal) => AsyncIterable<T>, apply: (message: T) => boolean): Feed {
  return {
    run: ({ changed, stale }, signal) =>
      follow(open, { onMessage: (message) => void (apply(message) && changed()), onStale: stale }, signal),
  }
}

/** Least time between two drawings on a terminal. */
const FRAME_MS = 50
/** Ages are counted on even when nothing else changes. */
const TICK_MS = 1000

/** Shows the view until Ctrl-C. `ready` says whether every feed has spoken, so that nothing half is shown. */
export async function showLive(
  terminal: Terminal,
  feeds: readonly Feed[],
  ready: () => boolean,
  render: () => readonly string[],
): Promise<void> {
  await untilInterrupted(terminal.program, async (signal) => {
    const view = terminal.isTty ? onScreen(terminal, render) : appended(terminal, render)
    const staleBy = new Map<Feed, string>()
    try {
      await Promise.all(
        feeds.map((one) => {
          const changed = () => {
            staleBy.delete(one)
            if (ready()) view.changed([...staleBy.values()][0])
          }
          const stale = (reason: string) => {
            staleBy.set(one, reason)
            if (ready()) view.changed(reason)
          }
          return one.run({ changed, stale }, signal)
        }),
      )
    } finally {
      view.close()
    }
  })
}

interface View {
  /** Something is new; `staleReason` is absent while the view can be trusted. */
  changed(staleReason: string | undefined): void
  close(): void
}

function onScreen(terminal: Terminal, render: () => readonly string[]): View {
  let screen: Screen | undefined
  let reason: string | undefined
  let pending: NodeJS.Timeout | undefined
  const draw = () => {
    pending = undefined
    screen ??= openScreen(terminal.program, terminal.rows)
    screen.draw([...staleLine(reason, terminal), ...render()])
  }
  const soon = () => (pending ??= setTimeout(draw, FRAME_MS))
  const tick = setInterval(() => screen !== undefined && draw(), TICK_MS)
  terminal.program.stdout.on("resize", soon)
  return {
    changed(staleReason) {
      reason = staleReason
      if (screen === undefined) draw()
      else soon()
    },
    close() {
      clearTimeout(pending)
      clearInterval(tick)
      terminal.program.stdout.off("resize", soon)
      screen?.close()
    },
  }
}

function appended(terminal: Terminal, render: () => readonly string[]): View {
  let pending: NodeJS.Timeout | undefined
  let reason: string | undefined
  let first = true
  const print = () => {
    pending = undefined
    void terminal.print([...(first ? [] : [""]), ...staleLine(reason, terminal), ...render()])
    first = false
  }
  return {
    changed(staleReason) {
      reason = staleReason
      if (first) print()
      else pending ??= setTimeout(print, TICK_MS)
    },
    close() {
      if (pending !== undefined) print()
      clearTimeout(pending)
    },
  }
}

function staleLine(reason: string | undefined, { paint, width }: Terminal): string[] {
  return reason === undefined ? [] : [paint("attention", truncate(`STALE, trying again: ${reason}`, width()))]
}
