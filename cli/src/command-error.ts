// The errors that end a command with a line for the user and an exit code for scripts.

import { ExitCode } from "./exit-code.ts"

/** Thrown when a command cannot do what it was asked; the message is one line that says what to do. */
export class CommandError extends Error {
  override readonly name: string = "CommandError"
  readonly exitCode: ExitCode = ExitCode.FAILED
}

/** Thrown when an option's value makes no sense. */
export class UsageError extends CommandError {
  override readonly name = "UsageError"
  override readonly exitCode = ExitCode.USAGE
}

/** Thrown when no daemon answers where it was looked for. */
export class UnreachableError extends CommandError {
  override readonly name = "UnreachableError"
  override readonly exitCode = ExitCode.UNREACHABLE
}
