// What every benchmark answers: rows of one figure each. `npm run bench` prints them in one table and judges none of them.

/** One figure. */
export interface BenchRow {
  /** What was measured, in a few plain words: "append -> metrics message, p99". */
  readonly name: string
  /** The figure. Printed with three significant digits. */
  readonly value: number
  /** Its unit: "ms", "MB/s", "MB", "% of a core". */
  readonly unit: string
  /** What it is meant to be, as it is printed: "<= 25". Absent where there is no aim. */
  readonly budget?: string
}

/** A benchmark is a module that exports `run`. It prints nothing itself and leaves nothing behind. */
export interface BenchModule {
  run(): Promise<readonly BenchRow[]>
}
