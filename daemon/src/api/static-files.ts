// Serves the built web client: the files below one folder, nothing outside it, with headers that let the page load from here and nowhere
// else.

import { readFile, realpath, stat } from "node:fs/promises"
import path from "node:path"
import type { HttpRequest, HttpResponse } from "./listener.ts"

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
}

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ")

const NOT_BUILT = "The web client is not built. Run `npm start` in the Vibecraft repository, which builds it, and reload this page.\n"

/** Answers GET and HEAD for the files below `root`, `/` being its index.html. Never rejects. */
export async function serveStaticFile(root: string, request: HttpRequest, response: HttpResponse): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD")
    return answerText(response, 405, "only GET and HEAD work here\n")
  }
  const name = fileNameOf(request.url ?? "")
  const file = name === undefined ? undefined : await openBelow(root, name).catch(() => undefined)
  if (file !== undefined) return answerFile(request, response, file)
  if (name === "index.html") return answerText(response, 503, NOT_BUILT)
  answerText(response, 404, "there is no such file here\n")
}

/** Answers one line or two of plain text. */
export function answerText(response: HttpResponse, status: number, text: string): void {
  const body = Buffer.from(text)
  response.setHeader("content-type", "text/plain; charset=utf-8")
  response.setHeader("content-length", body.length)
  response.setHeader("cache-control", "no-store")
  response.statusCode = status
  response.end(body)
}

interface StaticFile {
  /** Relative to the root, with slashes. */
  readonly name: string
  readonly body: Buffer
  readonly etag: string
}

/** The relative file name a URL stands for; undefined for one that cannot be a file of ours. */
function fileNameOf(url: string): string | undefined {
  let pathname: string
  try {
    pathname = decodeURIComponent(url.split(/[?#]/u, 1)[0] ?? "")
  } catch {
    return undefined
  }
  if (pathname === "/") return "index.html"
  const segments = pathname.slice(1).split("/")
  const isPlain = segments.every((segment) => segment !== "" && !segment.startsWith(".") && !/[\\\0:]/u.test(segment))
  return isPlain ? segments.join("/") : undefined
}

/** Reads a file whose real path, links followed, lies below the root. */
async function openBelow(root: string, name: string): Promise<StaticFile | undefined> {
  const realRoot = await realpath(root)
  const real = await realpath(path.join(realRoot, name))
  if (!real.startsWith(realRoot + path.sep)) return undefined
  const { mtimeMs, size } = await stat(real)
  return { name, body: await readFile(real), etag: `"${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}"` }
}

function answerFile(request: HttpRequest, response: HttpResponse, { name, body, etag }: StaticFile): void {
  response.setHeader("content-security-policy", CONTENT_SECURITY_POLICY)
  response.setHeader("referrer-policy", "no-referrer")
  response.setHeader("cross-origin-opener-policy", "same-origin")
  response.setHeader("etag", etag)
  // The build puts a hash of the content into the names below assets/.
  response.setHeader("cache-control", name.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache")
  if (request.headers["if-none-match"] === etag) {
    response.statusCode = 304
    response.end()
    return
  }
  response.setHeader("content-type", CONTENT_TYPES[path.extname(name).toLowerCase()] ?? "application/octet-stream")
  response.setHeader("content-length", body.length)
  response.statusCode = 200
  if (request.method === "HEAD") response.end()
  else response.end(body)
}
