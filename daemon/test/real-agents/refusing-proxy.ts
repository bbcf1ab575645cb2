// A proxy that lets nothing through and remembers who was asked for: the real clients may reach loopback and nothing else.

import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

export interface RefusingProxy {
  readonly url: string
  /** Hosts that something tried to reach, in order of the first try. */
  readonly hosts: ReadonlySet<string>
  close(): Promise<void>
}

export async function createRefusingProxy(): Promise<RefusingProxy> {
  const hosts = new Set<string>()
  const server = createServer((request, response) => {
    hosts.add(URL.parse(request.url ?? "")?.host ?? "unknown")
    response.writeHead(403).end()
  })
  server.on("connect", (request, socket) => {
    hosts.add(request.url?.replace(/:443$/u, "") ?? "unknown")
    socket.on("error", () => socket.destroy())
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n")
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hosts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
