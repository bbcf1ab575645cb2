// Node serves HTTP/1.1 and cleartext HTTP/2 from different servers. The first bytes of a connection say which it speaks: HTTP/2 with prior
// knowledge begins with a fixed preface. They are read, put back, and the connection is handed on.

import type { Socket } from "node:net"

/** RFC 9113, section 3.4. */
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")

export type HttpVersion = "http1" | "http2"

/** Which protocol the first bytes of a connection begin; undefined while they could be either. */
export function versionOf(firstBytes: Buffer): HttpVersion | undefined {
  const length = Math.min(firstBytes.length, PREFACE.length)
  if (!firstBytes.subarray(0, length).equals(PREFACE.subarray(0, length))) return "http1"
  return length === PREFACE.length ? "http2" : undefined
}

/**
 * Reads until the protocol is decided, puts the bytes back and hands the socket on. A connection that closes, fails or stays silent before
 * that is destroyed, and `onDecided` is not called.
 */
export function peekVersion(socket: Socket, timeoutMs: number, onDecided: (version: HttpVersion) => void): void {
  let seen: Buffer = Buffer.alloc(0)
  const destroy = (): void => void socket.destroy()
  const timer = setTimeout(destroy, timeoutMs)

  const stop = (): void => {
    clearTimeout(timer)
    socket.off("error", destroy)
    socket.off("end", destroy)
    socket.off("close", stop)
    socket.off("readable", look)
  }

  const look = (): void => {
    const bytes: Buffer | null = socket.read()
    if (bytes === null) return
    seen = seen.length === 0 ? bytes : Buffer.concat([seen, bytes])
    const version = versionOf(seen)
    if (version === undefined) return
    stop()
    socket.unshift(seen)
    onDecided(version)
  }

  socket.on("error", destroy)
  socket.on("end", destroy)
  socket.on("close", stop)
  socket.on("readable", look)
}
