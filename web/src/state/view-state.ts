/** What the person at the page has chosen and what the page can do, as signals. */
import { type Signal, signal } from "@preact/signals"

/** How the line to the daemon is, as the page shows it. Times are epoch milliseconds. */
export type Line =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "stale"; readonly reason: string; readonly sinceMs: number; readonly retryAtMs: number }

/** How the drawn world is: not there yet, drawn, impossible in this browser, or taken away for a moment. */
export type WorldState = "loading" | "drawn" | "missing" | "lost"

/** A session announced as new. */
export interface Discovery {
  readonly sessionId: string
  readonly atMs: number
}

/** The page's own state. */
export interface ViewState {
  readonly selectedId: Signal<string | undefined>
  /** The row the keyboard is on; the selection follows with Enter. */
  readonly cursorId: Signal<string | undefined>
  readonly hovered: Signal<{ readonly id: string; readonly x: number; readonly y: number } | undefined>
  readonly filter: Signal<string>
  readonly line: Signal<Line>
  readonly world: Signal<WorldState>
  readonly discoveries: Signal<readonly Discovery[]>
}

/** Nothing chosen yet. */
export function createViewState(): ViewState {
  return {
    selectedId: signal(undefined),
    cursorId: signal(undefined),
    hovered: signal(undefined),
    filter: signal(""),
    line: signal({ kind: "connecting" }),
    world: signal("loading"),
    discoveries: signal([]),
  }
}
