// Calls to the daemon: finds where it answers, and turns what goes wrong into a line for the user.

import type { DescMessage, DescMethodServerStreaming, DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf"
import { createTransport } from "@connectrpc/connect/protocol-connect"
import { safeLabel } from "@vibecraft/shared/safe-text"
import { CommandError, UnreachableError } from "./command-error.ts"
import { ExitCode } from "./exit-code.ts"
import { type Endpoint, type EndpointOptions, describeEndpoint, endpoints } from "./endpoint.ts"
import { ConnectionError, createHttpClient } from "./http-client.ts"

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

/** Connect's numbers for the errors that are told apart here. */
const Code = { DEADLINE_EXCEEDED: 4, UNAVAILABLE: 14, UNIMPLEMENTED: 12 } as const

/** The header in which the daemon names its version, with every answer. */
const VERSION_HEADER = "vibecraft-version"

/** `onVersion` hears the daemon's version with each answer; empty where the daemon does not name it. */
export function connectDaemon(options: EndpointOptions, env: NodeJS.ProcessEnv, onVersion: (version: string) => void): DaemonConnection {
  const places = endpoints(options, env)
  let known: Endpoint | undefined

  /** Tries one place after the other; the first that takes the connection is kept for the calls after. */
  async function reach<T>(attempt: (transport: ReturnType<typeof openTransport>) => Promise<T>): Promise<T> {
    for (const place of known === undefined ? places : [known]) {
      try {
        const result = await attempt(openTransport(place))
        known = place
        return result
      } catch (error) {
        if (!isRefused(error)) throw toCommandError(error, place)
      }
    }
    throw notRunning(places)
  }

  return {
    async call(method, request) {
      const response = await reach((transport) => transport.unary(method, undefined, TIMEOUT_MS, undefined, request))
      onVersion(response.header.get(VERSION_HEADER) ?? "")
      return response.message
    },

    async *watch(method, request, signal) {
      let begun = false
      try {
        const response = await reach((transport) => transport.stream(method, signal, undefined, undefined, one(request)))
        onVersion(response.header.get(VERSION_HEADER) ?? "")
        for await (const message of response.message) {
          begun = true
          yield message
        }
      } catch (error) {
        if (signal.aborted) return
        const told = toCommandError(error, known)
        // What breaks a stream that did speak is the daemon's end or the connection's, whatever the transport calls it.
        throw begun && told.exitCode === ExitCode.FAILED
          ? new UnreachableError(`the connection was lost: ${told.message}`, { cause: error })
          : told
      }
    },
  }
}

function openTransport(endpoint: Endpoint) {
  return createTransport({
    httpClient: createHttpClient(endpoint),
    // Over a socket the address only fills the Host header.
    baseUrl: endpoint.kind === "socket" ? "http://localhost" : endpoint.url,
    useBinaryFormat: true,
    interceptors: [],
    acceptCompression: [],
    sendCompression: null,
    compressMinBytes: 0,
    readMaxBytes: 0xffffffff,
    writeMaxBytes: 0xffffffff,
  })
}

async function* one<T>(value: T): AsyncGenerator<T> {
  yield value
}

/** The place takes no connections at all: nothing there, or nobody behind it. */
function isRefused(error: unknown): boolean {
  const cause = connectionErrorOf(error)?.cause
  return (
    cause instanceof Error &&
    "code" in cause &&
    ["ENOENT", "ECONNREFUSED", "ENOTSOCK", "ENOTDIR", "EADDRNOTAVAIL"].includes(String(cause.code))
  )
}

function connectionErrorOf(error: unknown): ConnectionError | undefined {
  if (error instanceof ConnectionError) return error
  return error instanceof Error && error.cause instanceof ConnectionError ? error.cause : undefined
}

function notRunning(places: readonly Endpoint[]): UnreachableError {
  const [first] = places
  const where = first === undefined ? "" : ` at ${describeEndpoint(first)}`
  return new UnreachableError(`vibecraftd is not running: nothing answers${where}. Start it with: vibecraftd (in a clone: npm start)`)
}

function toCommandError(error: unknown, place: Endpoint | undefined): CommandError {
  if (error instanceof CommandError) return error
  const where = place === undefined ? "" : ` at ${describeEndpoint(place)}`
  const connection = connectionErrorOf(error)
  if (connection !== undefined) return new UnreachableError(`vibecraftd${where} cannot be reached: ${connection.message}`, { cause: error })
  if (!(error instanceof Error)) return new CommandError(String(error))
  const code = "code" in error ? error.code : undefined
  const message = safeLabel("rawMessage" in error ? String(error.rawMessage) : error.message, 300)
  if (code === Code.UNAVAILABLE) return new UnreachableError(`vibecraftd${where} does not serve now: ${message}`, { cause: error })
  if (code === Code.DEADLINE_EXCEEDED)
    return new UnreachableError(`vibecraftd${where} did not answer within ${TIMEOUT_MS / 1000} s`, { cause: error })
  if (code === Code.UNIMPLEMENTED)
    return new CommandError(`what answers${where} does not know this call: is it vibecraftd, and of this version?`, { cause: error })
  return new CommandError(message, { cause: error })
}
