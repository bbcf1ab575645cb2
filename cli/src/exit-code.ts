// What the exit code of `vibecraft` says to scripts.

export const ExitCode = {
  OK: 0,
  /** The daemon answered, and the answer is no. */
  FAILED: 1,
  /** The command line cannot be understood. */
  USAGE: 2,
  /** No daemon answers. */
  UNREACHABLE: 3,
} as const

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]
