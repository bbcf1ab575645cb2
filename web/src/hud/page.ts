/** What the components of the page are given: what is known, what is chosen, the time, and what can be done. */
import type { ReadonlySignal } from "@preact/signals"
import type { Fleet } from "../state/fleet.ts"
import type { ViewState } from "../state/view-state.ts"

/** What a person can do. */
export interface PageActions {
  /** Chooses a session, or none; the camera goes there. */
  select(id: string | undefined): void
  overview(): void
  retryNow(): void
}

/** The page as its components see it. */
export interface Page {
  readonly fleet: Fleet
  readonly view: ViewState
  /** Epoch milliseconds, ticking once a second while the page is visible. */
  readonly nowMs: ReadonlySignal<number>
  readonly actions: PageActions
}
