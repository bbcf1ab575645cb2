// The HTTP/1.1 client under the Connect transport. The transport of @connectrpc/connect-node would do, but loading it with HTTP/2 and gRPC
// takes a third of the time in which a whole `vibecraft ls` is to be done; this speaks to one daemon over a unix socket or TCP and no more.

import type { UniversalClientFn } from "@connectrpc/connect/protocol"
import { type ClientRequest, type IncomingMessage, type RequestOptions, request as httpRequest } from "node:http"
import type { Endpoint } from "./endpoint.ts"

/** Thrown when no connection came about, or it broke before an answer; `cause` is Node's error with its code. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError"
}

/** Each call is a connection of its own. The request's signal ends call and connection. */
export function createHttpClient(endpoint: Endpoint): UniversalClientFn {
  return async (call) => {
    const header = Object.fromEntries(call.header)
    const chunks: Uint8Array[] = []
    for await (const chunk of call.body ?? []) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const response = await send(
      await requestFunction(endpoint),
      call.url,
      endpoint,
      { method: call.method, headers: header },
      body,
      call.signal,
    )
    return { status: response.statusCode ?? 0, header: headersOf(response), body: response, trailer: new Headers() }
  }
}

type RequestFunction = (url: string, options: RequestOptions) => ClientRequest

async function requestFunction(endpoint: Endpoint): Promise<RequestFunction> {
  return endpoint.kind === "url" && endpoint.url.startsWith("https:") ? (await import("node:https")).request : httpRequest
}

function send(
  request: RequestFunction,
  url: string,
  endpoint: Endpoint,
  options: RequestOptions,
  body: Buffer,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, agent: false, ...(endpoint.kind === "socket" ? { socketPath: endpoint.path } : {}) })
    const abort = () => sent.destroy()
    signal?.addEventListener("abort", abort, { once: true })
    sent.once("close", () => signal?.removeEventListener("abort", abort))
    sent.once("error", (cause) => reject(new ConnectionError(cause.message, { cause })))
    sent.once("response", (response) => {
      // After the answer began, an error reaches the reader of the body; this keeps it from reaching the process as well.
      sent.on("error", () => {})
      resolve(response)
    })
    if (signal?.aborted === true) abort()
    sent.end(body)
  })
}

function headersOf(response: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(response.headers)) {
    for (const one of Array.isArray(value) ? value : [value ?? ""]) headers.append(name, one)
  }
  return headers
}
