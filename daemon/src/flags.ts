// The daemon's command line and environment, checked before anything is opened.

import { parseArgs } from "node:util"
import { defaultSocketPath, defaultStateDir } from "./paths.ts"

export const USAGE = `Usage: vibecraftd [options]

Watches coding agents on this machine and serves what they do.

  --host ADDRESS     loopback address to listen on (default 127.0.0.1)
  --port PORT        port to listen on, 0 picks a free one (default 4003, or VIBECRAFT_PORT)
  --socket PATH      unix socket for the command line (default $XDG_RUNTIME_DIR/vibecraft/sock,
                     else in the state folder; or VIBECRAFT_SOCKET)
  --state-dir DIR    folder of the daemon's state (default $XDG_STATE_HOME/vibecraft,
                     or VIBECRAFT_STATE_DIR)
  --config FILE      TOML file with prices of your own (default $XDG_CONFIG_HOME/vibecraft/config.toml)
  --log-level LEVEL  trace, debug, info, warn, error, fatal or silent (default warn); the log goes to stderr
  --version          print the version
  --help             print this`

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const
type LogLevel = (typeof LOG_LEVELS)[number]

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|::1|\[::1\])$/

/** The longest path a unix socket can have on Linux, in bytes; macOS allows four fewer. */
const MAX_SOCKET_PATH_BYTES = 103

export interface Flags {
  readonly host: string
  readonly port: number
  readonly socketPath: string
  readonly stateDir: string
  /** Set only when asked for: then the file must be there. */
  readonly configPath: string | undefined
  readonly logLevel: LogLevel
  /** VIBECRAFT_SCOPE: what the daemon is confined to; undefined when it sees all of the user's agents. */
  readonly scope: string | undefined
}

/** A flag or variable that cannot be used; the message is one line for the user. */
export class UsageError extends Error {
  override readonly name = "UsageError"
}

/** Answers the flags, or "help" or "version" when that was asked for. Throws UsageError. */
export function parseFlags(argv: readonly string[], env: NodeJS.ProcessEnv): Flags | "help" | "version" {
  const values = parse(argv)
  if (values.help === true) return "help"
  if (values.version === true) return "version"
  const stateDir = values["state-dir"] ?? present(env["VIBECRAFT_STATE_DIR"]) ?? defaultStateDir(env)
  const socketPath = values.socket ?? present(env["VIBECRAFT_SOCKET"]) ?? defaultSocketPath(env, stateDir)
  if (Buffer.byteLength(socketPath) > MAX_SOCKET_PATH_BYTES) {
    throw new UsageError(
      `the socket path is longer than ${MAX_SOCKET_PATH_BYTES} bytes: ${socketPath} (choose a shorter one with --socket)`,
    )
  }
  const host = values.host ?? "127.0.0.1"
  if (!LOOPBACK.test(host)) throw new UsageError(`--host ${host}: only loopback addresses are served (127.0.0.1, ::1, localhost)`)
  return {
    host: host.replace(/^\[|\]$/g, ""),
    port: port(values.port, env),
    socketPath,
    stateDir,
    configPath: values.config,
    logLevel: logLevel(values["log-level"]),
    scope: present(env["VIBECRAFT_SCOPE"]),
  }
}

function parse(argv: readonly string[]) {
  const text = { type: "string" } as const
  const flag = { type: "boolean" } as const
  try {
    return parseArgs({
      args: [...argv],
      options: {
        host: text,
        port: text,
        socket: text,
        "state-dir": text,
        config: text,
        "log-level": text,
        help: { ...flag, short: "h" },
        version: flag,
      },
      strict: true,
    }).values
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(message.split(/\.\s/)[0] ?? message, { cause })
  }
}

function port(given: string | undefined, env: NodeJS.ProcessEnv): number {
  const fromEnv = present(env["VIBECRAFT_PORT"])
  const text = given ?? fromEnv ?? "4003"
  const value = Number(text)
  if (!/^\d{1,5}$/.test(text) || value > 65_535) {
    throw new UsageError(`${given === undefined ? "VIBECRAFT_PORT" : "--port"} ${text}: a port is a number from 0 to 65535`)
  }
  return value
}

function logLevel(given = "warn"): LogLevel {
  const level = LOG_LEVELS.find((known) => known === given)
  if (level === undefined) throw new UsageError(`--log-level ${given}: use one of ${LOG_LEVELS.join(", ")}`)
  return level
}

function present(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text
}
