// Who may ask over TCP, decided before anything is routed. Any web page can make a browser send requests to a loopback port; what it cannot
// forge is the Host it names, the Origin it comes from and the site relation that the browser states.

import type { HttpRequest } from "./listener.ts"

/** Why a request is refused: one plain line for people. */
export interface Refusal {
  readonly status: 400 | 403
  readonly message: string
}

export type Guard = (request: HttpRequest) => Refusal | undefined

/** Names by which a loopback port is reached. */
const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"]

/** How a host is written in a URL. */
export function urlHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host
}

/** Guards the port that listens on `host`; only this name and those of the loopback interface are answered, with this very port. */
export function createGuard(host: string, port: number): Guard {
  const names = [...LOOPBACK_NAMES, urlHost(host.toLowerCase())]
  const authorities = new Set(names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`])))
  return (request) => {
    if (request.url?.startsWith("/") !== true) return { status: 400, message: "the request names no path" }
    const [authority, ...more] = authoritiesOf(request)
    if (authority === undefined) return { status: 400, message: "the request names no host" }
    if (!authorities.has(authority) || more.some((other) => other !== authority)) {
      return { status: 403, message: `this is a Vibecraft daemon; it answers as http://localhost:${port} and not under the name you used` }
    }
    const origin = request.headers.origin
    if (origin !== undefined && origin.toLowerCase() !== `http://${authority}`) {
      return { status: 403, message: "this Vibecraft daemon answers no requests from other web pages" }
    }
    const site = request.headers["sec-fetch-site"]
    if (site !== undefined && site !== "same-origin" && site !== "none") {
      return { status: 403, message: "this Vibecraft daemon is not reached from other web pages; type its address into the address bar" }
    }
    return undefined
  }
}

/** Every host the request names, lower case: `:authority` in HTTP/2, each Host line as it came. */
function authoritiesOf(request: HttpRequest): string[] {
  const found: string[] = []
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index]?.toLowerCase()
    if (name === "host" || name === ":authority") found.push((request.rawHeaders[index + 1] ?? "").toLowerCase())
  }
  return found
}
