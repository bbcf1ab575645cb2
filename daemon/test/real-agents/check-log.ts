// What was checked and how it went. A check that the client gave no occasion for is said to be so, and never counts as passed.

/**
 * `ok`: the daemon said what was so. `unsure`: it said that it cannot tell, and why. `different`: it said something else.
 * `unsupported`: the client did not do what the check needs.
 */
export type Outcome =
  | { readonly kind: "ok"; readonly lagMs?: number; readonly note?: string }
  | { readonly kind: "unsure"; readonly why: string }
  | { readonly kind: "different"; readonly found: string }
  | { readonly kind: "unsupported"; readonly why: string }

export interface CheckRow {
  readonly check: string
  readonly outcome: Outcome
}

/** Thrown by a check whose client did not do what the check is about. */
export class ClientDiffers extends Error {
  override readonly name = "ClientDiffers"
}

/** Thrown by a check when the daemon says that it does not know; the message is its reason. */
export class DaemonUnsure extends Error {
  override readonly name = "DaemonUnsure"
}

/** Thrown by a check when the daemon says something else than what is so. */
export class DaemonDiffers extends Error {
  override readonly name = "DaemonDiffers"
}

/** What a check that passed has to tell. */
export interface Passed {
  readonly lagMs?: number
  readonly note?: string
}

export interface CheckLog {
  readonly rows: readonly CheckRow[]
  /** Runs a check and notes how it went. Answers whether the client did what the check is about. */
  check(name: string, run: () => Promise<Passed | void>): Promise<boolean>
  /** Notes a check that an earlier one left no occasion for. */
  skip(name: string, why: string): void
}

export function createCheckLog(say: (line: string) => void): CheckLog {
  const rows: CheckRow[] = []
  const note = (check: string, outcome: Outcome): void => {
    rows.push({ check, outcome })
    say(`  ${check}: ${outcomeText(outcome)}`)
  }
  return {
    rows,
    async check(name, run) {
      const outcome = await outcomeOf(run)
      note(name, outcome)
      return outcome.kind !== "unsupported"
    },
    skip: (name, why) => note(name, { kind: "unsupported", why }),
  }
}

async function outcomeOf(run: () => Promise<Passed | void>): Promise<Outcome> {
  try {
    return { kind: "ok", ...(await run()) }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (error instanceof ClientDiffers) return { kind: "unsupported", why: message }
    if (error instanceof DaemonUnsure) return { kind: "unsure", why: message }
    return { kind: "different", found: error instanceof DaemonDiffers ? message : `the check itself failed: ${message}` }
  }
}

/** One line for a table. */
export function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case "ok": {
      const lag = outcome.lagMs === undefined ? "" : ` ${Math.round(outcome.lagMs)} ms`
      return `ok${lag}${outcome.note === undefined ? "" : ` (${outcome.note})`}`
    }
    case "unsure":
      return `unknown, and says so: ${outcome.why}`
    case "different":
      return `DIFFERENT: ${outcome.found}`
    case "unsupported":
      return `not tried: ${outcome.why}`
  }
}
