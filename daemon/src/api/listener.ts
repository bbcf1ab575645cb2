// One listening address for HTTP/1.1 and cleartext HTTP/2. The HTTP/1 server owns the listening socket, so that its own time-outs and
// connection tracking work; connections that open with the HTTP/2 preface are handed to an HTTP/2 server that listens nowhere.

import http from "node:http"
import http2 from "node:http2"
import type { AddressInfo, ListenOptions, Socket } from "node:net"
import { peekVersion } from "./protocol-peek.ts"

export type HttpRequest = http.IncomingMessage | http2.Http2ServerRequest
export type HttpResponse = http.ServerResponse | http2.Http2ServerResponse
export type HttpHandler = (request: HttpRequest, response: HttpResponse) => void

export interface Listener {
  /** Where a TCP listener listens; undefined on a unix socket. */
  readonly address: AddressInfo | undefined
  /** Takes no more connections, lets answers end, and destroys what is left after `graceMs`. Resolves when every connection is closed. */
  close(graceMs: number): Promise<void>
}

export interface ListenerOptions {
  readonly handler: HttpHandler
  /** How long a connection may leave open which protocol it speaks. Default 10,000. */
  readonly prefaceTimeoutMs?: number
}

/** Most connections at once; beyond, new ones are dropped. */
const MAX_CONNECTIONS = 2_048
const IDLE_CHECK_MS = 20

/** Listens; rejects with Node's own error where it cannot. `aroundListen` is called with the function that binds. */
export async function openListener(
  where: ListenOptions,
  options: ListenerOptions,
  aroundListen: (bind: () => void) => void = (bind) => bind(),
): Promise<Listener> {
  const { handler, prefaceTimeoutMs = 10_000 } = options
  const http1 = http.createServer({ headersTimeout: 10_000, requestTimeout: 60_000 }, handler)
  const h2 = http2.createServer({ settings: { maxConcurrentStreams: 512 } }, handler)
  const sessions = new Set<http2.ServerHttp2Session>()
  const undecided = new Set<Socket>()
  http1.maxConnections = MAX_CONNECTIONS

  h2.on("session", (session) => {
    sessions.add(session)
    session.on("close", () => sessions.delete(session))
  })
  // A failed session or a request that is no HTTP ends its own connection; the server goes on.
  h2.on("sessionError", () => {})
  http1.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
    else socket.destroy()
  })

  const serveHttp1 = http1.listeners("connection")
  http1.removeAllListeners("connection")
  http1.on("connection", (socket: Socket) => {
    undecided.add(socket)
    socket.once("close", () => undecided.delete(socket))
    peekVersion(socket, prefaceTimeoutMs, (version) => {
      undecided.delete(socket)
      if (version === "http1") for (const serve of serveHttp1) Reflect.apply(serve, http1, [socket])
      else {
        // HTTP/1 allows a peer to close its half first, so its sockets stay open then; an HTTP/2 peer that closes is gone.
        socket.allowHalfOpen = false
        h2.emit("connection", socket)
      }
    })
  })

  await new Promise<void>((resolve, reject) => {
    http1.once("error", reject)
    aroundListen(() =>
      http1.listen(where, () => {
        http1.off("error", reject)
        resolve()
      }),
    )
  })
  const address = http1.address()

  return {
    address: typeof address === "string" || address === null ? undefined : address,
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => http1.close(() => resolve()))
      for (const socket of undecided) socket.destroy()
      for (const session of sessions) session.close()
      // A connection falls idle when its last answer has gone out, and nothing tells of that.
      const idle = setInterval(() => http1.closeIdleConnections(), IDLE_CHECK_MS)
      const force = setTimeout(() => {
        for (const session of sessions) session.destroy()
        http1.closeAllConnections()
      }, graceMs)
      await closed
      clearInterval(idle)
      clearTimeout(force)
    },
  }
}
