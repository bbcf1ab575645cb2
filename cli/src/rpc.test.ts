import { create, toBinary } from "@bufbuild/protobuf"
import { SessionService, WatchSessionsResponseSchema } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import * as fc from "fast-check"
import { once } from "node:events"
import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, describe, expect, test } from "vitest"
import type { Endpoint } from "./endpoint.ts"
import { ConnectionError, RpcError } from "./rpc-error.ts"
import { callStream, callUnary } from "./rpc.ts"

const servers = new Set<ReturnType<typeof createServer>>()
afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  servers.clear()
})

async function serve(listener: RequestListener): Promise<Endpoint> {
  const server = createServer(listener)
  servers.add(server)
  await once(server.listen(0, "127.0.0.1"), "listening")
  return { kind: "url", url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function envelope(flags: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt8(flags, 0)
  head.writeUInt32BE(payload.byteLength, 1)
  return Buffer.concat([head, payload])
}

const updated = (count: number) => {
  const sessions = Array.from({ length: count }, (_, index) => ({ id: `session ${index}` }))
  return toBinary(WatchSessionsResponseSchema, create(WatchSessionsResponseSchema, { event: { case: "updated", value: { sessions } } }))
}

const END = envelope(2, Buffer.from("{}"))

async function watch(place: Endpoint, signal = new AbortController().signal): Promise<number[]> {
  const counts: number[] = []
  const { messages } = await callStream(place, SessionService.method.watchSessions, {}, signal)
  for await (const { event } of messages) counts.push(event.case === "updated" ? event.value.sessions.length : -1)
  return counts
}

const streaming =
  (...parts: Uint8Array[]): RequestListener =>
  async (_, response) => {
    response.writeHead(200, { "content-type": "application/connect+proto" })
    for (const part of parts) if (part.byteLength > 0 && !response.write(part)) await once(response, "drain")
    response.end()
  }

describe("callStream", () => {
  test("any split of the bytes gives the same messages", async () => {
    const counts = [0, 1, 300, 2]
    const whole = Buffer.concat([...counts.map((count) => envelope(0, updated(count))), END])
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(whole.byteLength), { maxLength: 12 }), async (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), whole.byteLength]
        const parts = at.slice(1).map((to, index) => whole.subarray(at[index], to))
        expect(await watch(await serve(streaming(...parts)))).toEqual(counts)
      }),
      { numRuns: 30 },
    )
  })

  test("the error at the end of a stream is thrown after its messages", async () => {
    const end = envelope(2, Buffer.from(JSON.stringify({ error: { code: "unavailable", message: "daemon stopping" } })))
    const place = await serve(streaming(envelope(0, updated(1)), end))
    await expect(watch(place)).rejects.toEqual(new RpcError("unavailable", "daemon stopping"))
  })

  test("a stream that ends without its end broke off", async () => {
    await expect(watch(await serve(streaming(envelope(0, updated(1)))))).rejects.toThrow(ConnectionError)
    await expect(watch(await serve(streaming(envelope(0, updated(1)).subarray(0, 7))))).rejects.toThrow(ConnectionError)
  })

  test("a message of absurd length is refused before it is read", async () => {
    const head = Buffer.from([0, 0xff, 0xff, 0xff, 0xff])
    await expect(watch(await serve(streaming(head)))).rejects.toMatchObject({ code: "resource_exhausted" })
  })

  test("bytes that are no message are an error of the call", async () => {
    for (const odd of [envelope(0, Buffer.from([0xff, 0xff, 0xff])), envelope(2, Buffer.from("{nonsense"))]) {
      await expect(watch(await serve(streaming(odd)))).rejects.toThrow(RpcError)
    }
  })

  test("the signal ends a stream that says nothing", async () => {
    const place = await serve((_, response) => {
      response.writeHead(200, { "content-type": "application/connect+proto" })
      response.write(envelope(0, updated(1)))
    })
    const controller = new AbortController()
    const { messages } = await callStream(place, SessionService.method.watchSessions, {}, controller.signal)
    expect((await messages.next()).done).toBe(false)
    controller.abort()
    await expect(messages.next()).rejects.toThrow(ConnectionError)
  })
})

describe("callUnary", () => {
  const call = async (listener: RequestListener, timeoutMs = 30_000) =>
    callUnary(await serve(listener), SessionService.method.listSessions, {}, timeoutMs)

  test("Connect's own errors keep code and words", async () => {
    const answer = call((_, response) => {
      response.writeHead(404, { "content-type": "application/json" })
      response.end('{"code":"not_found","message":"no such thing"}')
    })
    await expect(answer).rejects.toEqual(new RpcError("not_found", "no such thing"))
  })

  test.each([
    [404, "text/html", "<h1>hi</h1>", "unimplemented"],
    [503, "text/plain", "", "unavailable"],
    [500, "application/json", "not json", "unknown"],
    [200, "text/html", "<h1>hi</h1>", "unimplemented"],
  ])("a foreign server's %d %s is an error", async (status, type, body, code) => {
    const answer = call((_, response) => {
      response.writeHead(status, { "content-type": type })
      response.end(body)
    })
    await expect(answer).rejects.toMatchObject({ code })
  })

  test("a server that never answers runs into the deadline", async () => {
    await expect(call(() => {}, 20)).rejects.toMatchObject({ code: "deadline_exceeded" })
  })

  test("nobody there, or gone before the answer was whole", async () => {
    await expect(
      callUnary({ kind: "socket", path: "/nonexistent/sock" }, SessionService.method.listSessions, {}, 1000),
    ).rejects.toMatchObject({
      cause: { code: "ENOENT" },
    })
    const cut = call((_, response) => {
      response.writeHead(200, { "content-type": "application/proto", "content-length": "100" })
      response.write("x", () => response.destroy())
    })
    await expect(cut).rejects.toThrow(ConnectionError)
  })
})
