// Calls to the daemon: finds where it answers, and turns what goes wrong into a line for the user.

import type { DescMessage, DescMethodServerStreaming, DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf"
import { safeLabel } from "@vibecraft/shared/safe-text"
import { CommandError, UnreachableError } from "./command-error.ts"
import { type Endpoint, type EndpointOptions, describeEndpoint, endpoints } from "./endpoint.ts"
import { callStream, callUnary, type Head } from "./rpc.ts"
import { ConnectionError, RpcError } from "./rpc-error.ts"

export interface DaemonConnection {
  /** One question, one answer. Waits 30 s at the most. Throws CommandError or UnreachableError. */
  call<I extends DescMessage, O extends DescMessage>(method: DescMethodUnary<I, O>, request: MessageInitShape<I>): Promise<MessageShape<O>>
  /** The messages of a watch until the daemon or the signal ends it; ended by the signal it just stops. Throws CommandError or UnreachableError. */
  watch<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageInitShape<I>,
    signal: AbortSignal,
  ): AsyncGenerator<MessageShape<O>, void>
}

const TIMEOUT_MS = 30_000

/** The header in which the daemon names its version, with every answer. */
const VERSION_HEADER = "vibecraft-version"

/** `onVersion` hears the daemon's version with each answer; empty where the daemon does not name it. */
export function connectDaemon(options: EndpointOptions, env: NodeJS.ProcessEnv, onVersion: (version: string) => void): DaemonConnection {
  const places = endpoints(options, env)
  let known: Endpoint | undefined

  /** Tries one place after the other; the first that takes the connection is kept for the calls after. */
  async function reach<T extends { head: Head }>(attempt: (place: Endpoint) => Promise<T>): Promise<T> {
    for (const place of known === undefined ? places : [known]) {
      try {
        const answer = await attempt(place)
        known = place
        const version = answer.head.headers[VERSION_HEADER]
        onVersion(typeof version === "string" ? version : "")
        return answer
      } catch (error) {
        if (!isRefused(error)) throw toCommandError(error, place)
      }
    }
    throw notRunning(places)
  }

  return {
    async call(method, request) {
      return (await reach((place) => callUnary(place, method, request, TIMEOUT_MS))).message
    },

    async *watch(method, request, signal) {
      try {
        const { messages } = await reach((place) => callStream(place, method, request, signal))
        for await (const message of messages) yield message
      } catch (error) {
        if (!signal.aborted) throw toCommandError(error, known)
      }
    },
  }
}

/** The place takes no connections at all: nothing there, or nobody behind it. */
function isRefused(error: unknown): boolean {
  const cause = error instanceof ConnectionError ? error.cause : undefined
  return (
    cause instanceof Error &&
    "code" in cause &&
    ["ENOENT", "ECONNREFUSED", "ENOTSOCK", "ENOTDIR", "EADDRNOTAVAIL"].includes(String(cause.code))
  )
}

function notRunning(places: readonly Endpoint[]): UnreachableError {
  const [first] = places
  const where = first === undefined ? "" : ` at ${describeEndpoint(first)}`
  return new UnreachableError(`vibecraftd is not running: nothing answers${where}. Start it with: vibecraftd (in a clone: npm start)`)
}

function toCommandError(error: unknown, place: Endpoint | undefined): CommandError {
  if (error instanceof CommandError) return error
  const where = place === undefined ? "" : ` at ${describeEndpoint(place)}`
  if (error instanceof ConnectionError)
    return new UnreachableError(`vibecraftd${where} cannot be reached: ${error.message}`, { cause: error })
  if (!(error instanceof RpcError)) throw error
  const message = safeLabel(error.message, 300)
  switch (error.code) {
    case "unavailable":
      return new UnreachableError(`vibecraftd${where} does not serve now: ${message}`, { cause: error })
    case "deadline_exceeded":
      return new UnreachableError(`vibecraftd${where}: ${message}`, { cause: error })
    case "unimplemented":
      return new CommandError(`what answers${where} does not know this call (${message}): is it vibecraftd, and of this version?`, {
        cause: error,
      })
    default:
      return new CommandError(message, { cause: error })
  }
}
