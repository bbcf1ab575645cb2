// Asks whoever listens somewhere whether it is a vibecraftd. Plain HTTP, so that it costs a starting program nothing.

import { request } from "node:http"
import { stripVTControlCharacters } from "node:util"

const TIMEOUT_MS = 2_000
const MOST_BYTES = 1 << 20

export interface RunningDaemon {
  readonly version: string
  readonly pid: number
  readonly url: string
  readonly stateDir: string
}

export type Answer = RunningDaemon | "nobody" | "foreign"

/** "nobody": nothing listens. "foreign": something does, and it does not answer as a vibecraftd does within two seconds. */
export function askStatus(where: { host: string; port: number } | { socketPath: string }): Promise<Answer> {
  return new Promise((resolve) => {
    const call = request({
      ...where,
      method: "POST",
      path: "/vibecraft.v1.DaemonService/GetStatus",
      headers: { "content-type": "application/json", "content-length": 2, connection: "close" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    call.on("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code === "ECONNREFUSED" || error.code === "ENOENT" ? "nobody" : "foreign")
    })
    call.on("response", (response) => {
      let body = ""
      response.setEncoding("utf8")
      response.on("data", (text: string) => {
        body += text
        if (body.length > MOST_BYTES) response.destroy(new Error("too long for a status"))
      })
      response.on("error", () => resolve("foreign"))
      response.on("end", () => resolve(readStatus(body)))
    })
    call.end("{}")
  })
}

function readStatus(body: string): Answer {
  try {
    const status: unknown = JSON.parse(body)
    if (typeof status !== "object" || status === null) return "foreign"
    const { version, pid, url, stateDir }: { version?: unknown; pid?: unknown; url?: unknown; stateDir?: unknown } = status
    if (typeof version !== "string" || typeof pid !== "number" || typeof url !== "string" || typeof stateDir !== "string") return "foreign"
    return { version: plain(version), pid, url: plain(url), stateDir: plain(stateDir) }
  } catch {
    return "foreign"
  }
}

/** It is printed, and the one who answers may be anybody. */
function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\p{Cc}/gu, " ")
    .slice(0, 300)
}
