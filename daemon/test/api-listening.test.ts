// The listening side: what is no HTTP, ports and sockets that are taken, dead or impossible.

import { createClient } from "@connectrpc/connect"
import { SessionService } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { once } from "node:events"
import { chmod, lstat, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises"
import { spawn } from "node:child_process"
import net from "node:net"
import os from "node:os"
import path from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { PortInUseError, SocketInUseError, SocketUnusableError } from "../src/api/listen-errors.ts"
import { type ApiHarness, openClient, startApi } from "./api-harness.ts"

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])

let dir: string
let open: ApiHarness[]
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), "vc-listen-"))
  open = []
})
afterEach(async () => {
  await Promise.all(open.map((api) => api.close()))
  await rm(dir, { recursive: true, force: true })
})

async function start(options: Parameters<typeof startApi>[0] = {}): Promise<ApiHarness> {
  const api = await startApi(options)
  open.push(api)
  return api
}

/** Writes these pieces one by one, each in a packet of its own, and answers all that comes back until the peer closes. */
async function send(port: number, pieces: readonly (string | Buffer)[], then: "end" | "reset" | "wait" = "end"): Promise<Buffer> {
  const socket = net.connect({ port, host: "127.0.0.1", noDelay: true })
  await once(socket, "connect")
  const chunks: Buffer[] = []
  socket.on("data", (chunk: Buffer) => chunks.push(chunk))
  socket.on("error", () => {})
  for (const piece of pieces) {
    if (socket.destroyed) break
    socket.write(piece)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  if (then === "reset") socket.resetAndDestroy()
  else if (then === "end") socket.end()
  if (!socket.closed) await once(socket, "close")
  return Buffer.concat(chunks)
}

async function answers(api: ApiHarness): Promise<void> {
  for (const http of ["1.1", "2"] as const) {
    const client = openClient(api, { protocol: "connect", http, over: "tcp" })
    expect((await createClient(SessionService, client.transport).listSessions({})).sessions).toEqual([])
    client.close()
  }
}

describe("bytes that are no request", () => {
  it("end their own connection and nothing else", async () => {
    const api = await start()
    const { port } = api.server
    const hostile: (readonly (string | Buffer)[])[] = [
      [],
      ["\0"],
      [Buffer.alloc(70_000, 0xff)],
      [Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03])],
      ["P"],
      ["PRI * HTTP/2.0\r\n"],
      ["PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"],
      [PREFACE],
      [PREFACE, "garbage garbage garbage garbage"],
      [PREFACE, SETTINGS, Buffer.from([0xff, 0xff, 0xff, 1, 0xff, 0, 0, 0, 1])],
      [PREFACE, SETTINGS, Buffer.from([0, 0, 4, 1, 5, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff])],
      ["GET / HTTP/1.1\r\n\r\n"],
      ["GET / HTTP/1.0\r\n\r\n"],
      ["GET / HTTP/1.1\r\nHost:\r\n\r\n"],
      [`GET / HTTP/1.1\r\nHost: localhost:${port}\r\nHost: evil\r\n\r\n`],
      [`GET / HTTP/9.9\r\nHost: localhost:${port}\r\n\r\n`],
      [`POST / HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`],
      [`GET / HTTP/1.1\r\nHost: localhost:${port}\r\nX: ${"x".repeat(100_000)}\r\n\r\n`],
      [`CONNECT evil:1 HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`],
      [`GET / HTTP/1.1\r\nHost: localhost:${port}\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAA\r\n\r\n`],
      [
        `POST /vibecraft.v1.SessionService/WatchSessions HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/connect+proto\r\nContent-Length: 9\r\n\r\n`,
        "\0\xff",
      ],
      [
        `POST /vibecraft.v1.SessionService/ListSessions HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/proto\r\nContent-Length: 4\r\n\r\n\xff\xff\xff\xff`,
      ],
    ]
    await Promise.all(hostile.flatMap((pieces) => (["end", "reset"] as const).map((then) => send(port, pieces, then))))
    await answers(api)
    expect(api.server.watchers()).toBe(0)
  })

  it("get no answer for a second Host line or none", async () => {
    const { server } = await start()
    for (const lines of [`Host: localhost:${server.port}\r\nHost: evil`, "X: y", "Host:"]) {
      const answer = (await send(server.port, [`GET / HTTP/1.1\r\n${lines}\r\nConnection: close\r\n\r\n`], "wait")).toString()
      expect([lines, answer.slice(0, 12)]).toEqual([lines, expect.stringMatching(/^HTTP\/1\.1 40[03]$/u)])
    }
  })
})

describe("the preface of HTTP/2", () => {
  it("may come byte by byte", async () => {
    const { server } = await start()
    const goAway = Buffer.from([0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    const answer = await send(server.port, PREFACE.split(""))
    expect(answer.subarray(3, 4)).toEqual(Buffer.from([4]))
    expect((await send(server.port, [PREFACE, SETTINGS, goAway])).subarray(3, 4)).toEqual(Buffer.from([4]))
  })

  it("may share its beginning with a request of HTTP/1.1, byte by byte", async () => {
    const { server } = await start()
    const request = `PROPFIND / HTTP/1.1\r\nHost: localhost:${server.port}\r\nConnection: close\r\n\r\n`
    const answer = await send(server.port, ["P", "R", "O", request.slice(3)], "wait")
    expect(answer.toString().split("\r\n")[0]).toBe("HTTP/1.1 405 Method Not Allowed")
  })
})

describe("the port", () => {
  it("that is taken is named, and nothing is left open", async () => {
    const { server } = await start()
    const socketPath = path.join(dir, "sock")
    const attempt = startApi({ port: server.port, socketPath })
    await expect(attempt).rejects.toThrow(PortInUseError)
    await expect(attempt).rejects.toThrow(
      `port ${server.port} on 127.0.0.1 is taken by another program; stop it or choose another port with --port`,
    )
    await expect(lstat(socketPath)).rejects.toThrow("ENOENT")
  })

  it("is free again after closing, with connections open", async () => {
    const first = await start()
    const idle = net.connect(first.server.port, "127.0.0.1")
    await once(idle, "connect")
    await first.server.close()
    const again = await start({ port: first.server.port })
    expect(again.server.port).toBe(first.server.port)
    await answers(again)
    idle.destroy()
  })

  it("says where it cannot listen", async () => {
    await expect(startApi({ host: "192.0.2.1" })).rejects.toThrow(/^cannot listen on 192\.0\.2\.1 port 0: /u)
  })
})

describe("the unix socket", () => {
  it("is its owner's alone, in a folder of its own, and gone after closing", async () => {
    const api = await startApi()
    expect((await stat(api.socketPath)).mode & 0o777).toBe(0o600)
    expect((await stat(path.dirname(api.socketPath))).mode & 0o777).toBe(0o700)
    await api.server.close()
    await expect(lstat(api.socketPath)).rejects.toThrow("ENOENT")
    await api.close()
  })

  it("takes the place of one that a killed daemon left", async () => {
    const socketPath = path.join(dir, "sock")
    const child = spawn(process.execPath, [
      "-e",
      `require("net").createServer().listen(${JSON.stringify(socketPath)}, () => console.log("up"))`,
    ])
    await once(child.stdout, "data")
    child.kill("SIGKILL")
    await once(child, "exit")
    expect((await lstat(socketPath)).isSocket()).toBe(true)
    const api = await start({ socketPath })
    const client = openClient({ ...api, socketPath }, { protocol: "connect", http: "1.1", over: "unix" })
    expect((await createClient(SessionService, client.transport).listSessions({})).sessions).toEqual([])
  })

  it("never takes the place of one that answers, or of anything else", async () => {
    const api = await start()
    await expect(startApi({ socketPath: api.socketPath })).rejects.toThrow(SocketInUseError)
    const file = path.join(dir, "file")
    await writeFile(file, "mine")
    await expect(startApi({ socketPath: file })).rejects.toThrow(/there is something else in its place/u)
    expect((await stat(file)).size).toBe(4)
    await answers(api)
  })

  it("says why it cannot be made", async () => {
    const long = path.join(dir, "x".repeat(120))
    await expect(startApi({ socketPath: long })).rejects.toThrow(/its path has \d+ bytes and 10[37] are allowed/u)
    const file = path.join(dir, "file")
    await writeFile(file, "")
    await expect(startApi({ socketPath: path.join(file, "sock") })).rejects.toThrow(SocketUnusableError)
    const taken = path.join(dir, "taken")
    await mkdir(taken)
    await chmod(taken, 0o700)
    await expect(startApi({ socketPath: taken })).rejects.toThrow(SocketUnusableError)
  })
})
