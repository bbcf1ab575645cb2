// What every command is given.

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
}

/** Connects to nothing yet. Once the daemon answers, a warning goes to standard error, once, if it is of another version. */
export function createContext(options: CommonOptions, terminal: Terminal): CommandContext {
  const own = ownVersion()
  let warned = false
  const compareVersion = (daemonVersion: string): void => {
    const warning = versionSkew(own, daemonVersion)
    if (warning === undefined || warned) return
    warned = true
    terminal.note(`warning: ${warning}`)
  }
  return { daemon: connectDaemon(options, terminal.program.env, compareVersion), terminal }
}
