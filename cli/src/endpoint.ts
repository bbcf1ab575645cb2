// Where to look for the daemon: the unix socket that is the user's own, and loopback TCP when that is asked for or all there is.

import { homedir } from "node:os"
import { join } from "node:path"
import { UsageError } from "./command-error.ts"

export interface EndpointOptions {
  readonly socket?: string
  readonly url?: string
}

/** One place where a daemon may answer. */
export type Endpoint = { readonly kind: "socket"; readonly path: string } | { readonly kind: "url"; readonly url: string }

const DEFAULT_PORT = "4003"

/**
 * The places to try, best first. What was named (`--url`, `--socket`, VIBECRAFT_SOCKET) is the only one;
 * else the socket in the runtime folder, the one in the state folder, and the default port.
 * Throws UsageError.
 */
export function endpoints(options: EndpointOptions, env: NodeJS.ProcessEnv): readonly Endpoint[] {
  if (options.url !== undefined && options.socket !== undefined) throw new UsageError("--socket and --url name two places; use one of them")
  if (options.url !== undefined) return [{ kind: "url", url: checkUrl(options.url) }]
  const named = options.socket ?? env["VIBECRAFT_SOCKET"]
  if (options.socket === "") throw new UsageError("--socket: give the path of the daemon's socket")
  if (named) return [{ kind: "socket", path: named }]
  const runtimeDir = env["XDG_RUNTIME_DIR"]
  const stateDir =
    env["VIBECRAFT_STATE_DIR"] || join(env["XDG_STATE_HOME"] || join(env["HOME"] ?? homedir(), ".local", "state"), "vibecraft")
  return [
    ...(runtimeDir ? [{ kind: "socket", path: join(runtimeDir, "vibecraft", "sock") } as const] : []),
    { kind: "socket", path: join(stateDir, "sock") },
    { kind: "url", url: `http://127.0.0.1:${env["VIBECRAFT_PORT"] || DEFAULT_PORT}` },
  ]
}

/** For a person to read. */
export function describeEndpoint(endpoint: Endpoint): string {
  return endpoint.kind === "socket" ? endpoint.path : endpoint.url
}

function checkUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new UsageError(`--url ${text}: give an address like http://127.0.0.1:4003`)
  return url.href.replace(/\/$/, "")
}
