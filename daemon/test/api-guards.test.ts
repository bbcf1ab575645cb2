// What is refused before anything is routed, and what the web client's files are served with.

import { mkdir, symlink, writeFile } from "node:fs/promises"
import http from "node:http"
import http2 from "node:http2"
import path from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type ApiHarness, startApi } from "./api-harness.ts"

let api: ApiHarness
let dist: string
beforeAll(async () => {
  api = await startApi()
  dist = path.join(api.dir, "dist")
  await mkdir(path.join(dist, "assets"), { recursive: true })
  await writeFile(path.join(dist, "index.html"), "<!doctype html><title>page</title>")
  await writeFile(path.join(dist, "assets", "main-abc123.js"), "export {}")
  await writeFile(path.join(dist, ".hidden"), "hidden")
  await writeFile(path.join(api.dir, "secret.txt"), "secret")
  await symlink(path.join(api.dir, "secret.txt"), path.join(dist, "link.txt"))
})
afterAll(() => api.close())

interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

const LIST = "/vibecraft.v1.SessionService/ListSessions"

/** Asks over HTTP/1.1 with exactly these headers; `path` goes out as it is. */
function ask(options: http.RequestOptions, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: "127.0.0.1", port: api.server.port, agent: false, ...options }, (response) => {
      let text = ""
      response.setEncoding("utf8")
      response.on("data", (chunk: string) => (text += chunk))
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    request.on("error", reject)
    request.end(body)
  })
}

function post(headers: http.OutgoingHttpHeaders, more: http.RequestOptions = {}): Promise<Answer> {
  return ask({ method: "POST", path: LIST, headers: { "content-type": "application/json", ...headers }, ...more }, "{}")
}

function askHttp2(headers: http2.OutgoingHttpHeaders): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const session = http2.connect(api.server.url)
    session.on("error", reject)
    const stream = session.request({ ":method": "POST", ":path": LIST, "content-type": "application/json", ...headers })
    stream.on("error", reject)
    let status: number | undefined
    stream.on("response", (answer) => (status = answer[":status"]))
    stream.on("end", () => {
      session.close()
      resolve(status)
    })
    stream.resume()
    stream.end("{}")
  })
}

const own = (name: string): string => `${name}:${api.server.port}`

describe("the Host", () => {
  it("is ours by any name of the loopback interface, with our port", async () => {
    const names = ["127.0.0.1", "localhost", "[::1]", "LocalHost"]
    const answers = await Promise.all(names.map((name) => post({ host: own(name) })))
    expect(answers.map(({ status }, index) => [names[index], status])).toEqual(names.map((name) => [name, 200]))
  })

  it("is refused by any other name, port or spelling, in one plain line", async () => {
    const port = api.server.port
    const names = [
      own("evil.example"),
      own("localhost.evil.example"),
      own("127.0.0.1.evil.example"),
      own("localhost."),
      own("127.0.0.2"),
      own("user@localhost"),
      "localhost",
      `localhost:${port + 1}`,
      `localhost:0${port}`,
      `localhost:${port},evil.example`,
    ]
    const answers = await Promise.all(names.map((host) => post({ host })))
    const seen = answers.map(({ status, headers, body }, index) => [
      names[index],
      status,
      headers["content-type"],
      body.trimEnd().split("\n").length,
    ])
    expect(seen).toEqual(names.map((name) => [name, 403, "text/plain; charset=utf-8", 1]))
  })

  it("guards the files as well", async () => {
    expect((await ask({ path: "/", headers: { host: own("evil.example") } })).status).toBe(403)
  })

  it("is the :authority in HTTP/2, and a host header beside it must agree", async () => {
    expect(await askHttp2({})).toBe(200)
    expect(await askHttp2({ ":authority": own("localhost") })).toBe(200)
    expect(await askHttp2({ ":authority": own("evil.example") })).toBe(403)
    expect(await askHttp2({ ":authority": own("evil.example"), host: own("localhost") })).toBe(403)
    expect(await askHttp2({ ":authority": own("localhost"), host: own("evil.example") })).toBe(403)
  })

  it("must be one: a second line, an absolute target and a bare CONNECT are refused", async () => {
    const two = await ask({ path: "/", headers: ["host", own("localhost"), "host", "evil.example"] })
    expect([400, 403]).toContain(two.status)
    expect((await ask({ path: `http://evil.example${LIST}`, headers: { host: own("localhost") } })).status).toBe(400)
    await expect(ask({ method: "CONNECT", path: own("localhost"), headers: { host: own("localhost") } })).rejects.toThrow("socket hang up")
  })

  it("may be the configured name", async () => {
    const named = await startApi({ host: "localhost" })
    try {
      const answer = await fetch(`${named.server.url}${LIST}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}",
      })
      expect([named.server.url, answer.status]).toEqual([`http://localhost:${named.server.port}`, 200])
    } finally {
      await named.close()
    }
  })
})

describe("the Origin", () => {
  it("must be our own, by the name that was used", async () => {
    const host = own("localhost")
    expect((await post({ host, origin: `http://${host}` })).status).toBe(200)
    const foreign = [
      "http://evil.example",
      "null",
      `https://${host}`,
      `http://localhost:${api.server.port + 1}`,
      "http://localhost",
      `http://${own("127.0.0.1")}`,
      `http://${host}.evil.example`,
      "",
    ]
    const answers = await Promise.all(foreign.map((origin) => post({ host, origin })))
    expect(answers.map(({ status }, index) => [foreign[index], status])).toEqual(foreign.map((origin) => [origin, 403]))
  })

  it("gets no CORS headers, not even a preflight", async () => {
    const answer = await ask({ method: "OPTIONS", path: LIST, headers: { host: own("localhost"), origin: "http://evil.example" } })
    expect(answer.status).toBe(403)
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([])
  })
})

describe("Sec-Fetch-Site", () => {
  it("passes what the browser says is our own page or the address bar", async () => {
    expect((await post({ host: own("localhost"), "sec-fetch-site": "same-origin" })).status).toBe(200)
    expect((await ask({ path: "/", headers: { host: own("localhost"), "sec-fetch-site": "none" } })).status).toBe(200)
  })

  it("refuses other pages, also of another port of this machine", async () => {
    for (const site of ["cross-site", "same-site", "nonsense"]) {
      const headers = { host: own("localhost"), "sec-fetch-site": site }
      const statuses = [
        (await post(headers)).status,
        (await ask({ path: "/", headers })).status,
        await askHttp2({ "sec-fetch-site": site }),
      ]
      expect([site, ...statuses]).toEqual([site, 403, 403, 403])
    }
  })
})

describe("the unix socket", () => {
  it("is trusted by its mode, whatever the Host", async () => {
    const answer = await ask(
      { socketPath: api.socketPath, method: "POST", path: LIST, headers: { "content-type": "application/json", host: "x" } },
      "{}",
    )
    expect(answer.status).toBe(200)
  })

  it("refuses a request whose host is none, and lives on", async () => {
    const options = { socketPath: api.socketPath, method: "POST", path: LIST }
    const bad = await ask({ ...options, headers: { "content-type": "application/json", host: "a b%" } }, "{}")
    expect(bad.status).toBe(400)
    expect((await ask({ ...options, headers: { "content-type": "application/json", host: "x" } }, "{}")).status).toBe(200)
  })
})

function get(target: string, headers: http.OutgoingHttpHeaders = {}, method = "GET"): Promise<Answer> {
  return ask({ method, path: target, headers: { host: own("localhost"), ...headers } })
}

describe("files", () => {
  it("are served with headers that let the page load from here alone", async () => {
    const page = await get("/")
    expect(page.status).toBe(200)
    expect(page.body).toContain("<title>page</title>")
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8")
    expect(page.headers["x-content-type-options"]).toBe("nosniff")
    expect(page.headers["cross-origin-resource-policy"]).toBe("same-origin")
    const policy = page.headers["content-security-policy"]
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/u)
  })

  it("are kept for good where their name holds a hash, and asked for again otherwise", async () => {
    const asset = await get("/assets/main-abc123.js?v=1")
    expect([asset.status, asset.headers["cache-control"]]).toEqual([200, "public, max-age=31536000, immutable"])
    const page = await get("/index.html")
    expect(page.headers["cache-control"]).toBe("no-cache")
    const again = await get("/index.html", { "if-none-match": page.headers.etag })
    expect([again.status, again.body]).toEqual([304, ""])
    const head = await get("/index.html", {}, "HEAD")
    expect([head.status, head.body, head.headers["content-length"]]).toEqual([200, "", String(page.body.length)])
  })

  it("never come from outside the folder", async () => {
    const targets = [
      "/../secret.txt",
      "/assets/../../secret.txt",
      "/%2e%2e/secret.txt",
      "/..%2fsecret.txt",
      "/..%5csecret.txt",
      "/%2e%2e%2f%2e%2e%2fetc/passwd",
      "//etc/passwd",
      "/link.txt",
      "/.hidden",
      "/index.html%00.js",
      "/%",
      "/assets",
      "/assets/",
      "/nothing.js",
    ]
    const answers = await Promise.all(targets.map((target) => get(target)))
    expect(answers.map(({ status, body }, index) => [targets[index], status, body.includes("secret")])).toEqual(
      targets.map((target) => [target, 404, false]),
    )
  })

  it("are only read", async () => {
    const answer = await get("/", {}, "DELETE")
    expect([answer.status, answer.headers.allow]).toEqual([405, "GET, HEAD"])
  })

  it("say how to build them where they are not built", async () => {
    const bare = await startApi()
    try {
      const answer = await fetch(`${bare.server.url}/`)
      expect(answer.status).toBe(503)
      expect(await answer.text()).toContain("npm start")
      expect((await fetch(`${bare.server.url}/assets/x.js`)).status).toBe(404)
    } finally {
      await bare.close()
    }
  })
})
