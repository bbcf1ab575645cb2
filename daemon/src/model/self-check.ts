// One look of the daemon at itself, as GetStatus publishes it.

export type CheckWord = "ok" | "warning" | "failed" | "skipped"

export interface SelfCheck {
  /** Lower-case words with dashes. */
  readonly name: string
  readonly state: CheckWord
  readonly detail: string
  /** What to do about it; empty when there is nothing to do. */
  readonly advice: string
}

/** Whether what is shown to be at work can still be: sessions that have been silent for too long, as the status says. */
export function stuckCheck(stalled: readonly { readonly name: string; readonly reason: string }[]): SelfCheck {
  const [first] = stalled
  if (first === undefined)
    return { name: "stuck", state: "ok", detail: "no session is silent for longer than its work explains", advice: "" }
  const more = stalled.length === 1 ? "" : ` and ${stalled.length - 1} more`
  return {
    name: "stuck",
    state: "warning",
    detail: `${first.name}: ${first.reason}${more}`,
    advice: "look at its pane; Escape interrupts it, fg wakes one that Ctrl-Z put to sleep",
  }
}
