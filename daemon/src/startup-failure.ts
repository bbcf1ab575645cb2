// Turns what can go wrong at the start into one line for the user and an exit code; never a stack trace.

import { AddressUnusableError, PortInUseError, SocketInUseError, SocketUnusableError } from "./api/listen-errors.ts"
import { ConfigError } from "./config.ts"
import { UsageError } from "./flags.ts"
import { StateDirInUse, StateDirUnusable } from "./instance-lock.ts"
import { StoreTooNewError } from "./store/store-errors.ts"

export interface StartupFailure {
  readonly line: string
  readonly exitCode: 1 | 2
}

const EXPECTED = [
  PortInUseError,
  AddressUnusableError,
  SocketInUseError,
  SocketUnusableError,
  ConfigError,
  StateDirInUse,
  StateDirUnusable,
  StoreTooNewError,
]

export function failureLine(error: unknown): StartupFailure {
  // What went wrong first is the reason; what then failed while the rest was taken down is not.
  if (error instanceof SuppressedError) return failureLine(error.suppressed)
  if (error instanceof UsageError) return { line: `${oneLine(error.message)} (see vibecraftd --help)`, exitCode: 2 }
  if (EXPECTED.some((kind) => error instanceof kind) && error instanceof Error) return { line: oneLine(error.message), exitCode: 1 }
  const message = error instanceof Error ? error.message : String(error)
  return { line: `could not start: ${oneLine(message)}`, exitCode: 1 }
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, " ").trim()
}
