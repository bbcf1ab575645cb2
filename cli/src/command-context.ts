// What every command is given, and what all of them do around their one question.

import { DaemonService } from "@vibecraft/shared/gen/vibecraft/v1/daemon_service_pb"
import { type DaemonConnection, connectDaemon } from "./connect-daemon.ts"
import type { EndpointOptions } from "./endpoint.ts"
import type { Terminal } from "./terminal.ts"
import { versionSkew } from "./version-skew.ts"
import { ownVersion } from "./version.ts"

/** Options that every command takes. */
export interface CommonOptions extends EndpointOptions {
  readonly json?: boolean
}

export interface CommandContext {
  readonly daemon: DaemonConnection
  readonly terminal: Terminal
  /** Warns on standard error, once, when the daemon is of another version. */
  readonly compareVersion: (daemonVersion: string) => void
}

export function createContext(options: CommonOptions, terminal: Terminal): CommandContext {
  let warned = false
  return {
    daemon: connectDaemon(options, terminal.program.env),
    terminal,
    compareVersion(daemonVersion) {
      const warning = versionSkew(ownVersion(), daemonVersion)
      if (warning === undefined || warned) return
      warned = true
      terminal.note(`warning: ${warning}`)
    },
  }
}

/** Asks for the daemon's version beside the command's own question. A daemon too odd to answer this is no reason to fail the command. */
export async function checkVersion({ daemon, compareVersion }: CommandContext): Promise<void> {
  try {
    compareVersion((await daemon.call(DaemonService.method.getStatus, {})).version)
  } catch {
    // The command's own question says what is wrong.
  }
}
