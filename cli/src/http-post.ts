// One POST over the unix socket or TCP, on a connection of its own.

import type { IncomingMessage, RequestOptions } from "node:http"
import { connect } from "node:net"
import type { Endpoint } from "./endpoint.ts"
import { ConnectionError } from "./rpc-error.ts"

/** Sends the body and answers the response once its head is there. The signal ends call and connection. Throws ConnectionError. */
export function httpPost(
  endpoint: Endpoint,
  path: string,
  headers: Record<string, string>,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  // Over a socket the address only fills the Host header.
  const url = endpoint.kind === "socket" ? `http://localhost${path}` : endpoint.url + path
  const options: RequestOptions = {
    method: "POST",
    headers: { ...headers, "content-length": body.byteLength },
    signal,
    // An agent would ask whether the address is one of IPv6, and the expression for that takes 7 ms to compile.
    ...(endpoint.kind === "socket" ? { createConnection: () => connect(endpoint.path) } : { agent: false }),
  }
  // An import of node:http touches every name it exports, and some of those load all of fetch: 30 ms that a short command does not have.
  const { request } = process.getBuiltinModule(url.startsWith("https:") ? "node:https" : "node:http")
  return new Promise((resolve, reject) => {
    const sent = request(url, options, resolve)
    // After the answer began this rejects nothing more: then the error reaches the reader of the body.
    sent.on("error", (cause) => reject(new ConnectionError(cause.message, { cause })))
    sent.end(body)
  })
}
