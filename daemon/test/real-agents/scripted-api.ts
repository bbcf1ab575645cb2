// A model API on loopback that says what it is told: each turn of a conversation takes the next planned reply, and a reply can be held
// back so that the client is seen at work. It keeps the books of every token that it named, which is what the daemon must find.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { Dialect, Question, Reply, Served, ServerEvent } from "./reply.ts"

/** A reply that waits for its turn. */
export interface Planned {
  /** Settles with the time (ms) at which the client asked for it. */
  readonly asked: Promise<number>
  /** Lets a held reply go. */
  release(): void
}

export interface ScriptedApi {
  /** `http://127.0.0.1:PORT`, without a path. */
  readonly url: string
  /** Everything answered so far, oldest first. */
  readonly served: readonly Served[]
  /** Methods and paths that were asked and are not served. */
  readonly refused: readonly string[]
  /** Adds a reply to the end of the plan; a held one begins its stream and then waits for `release`. */
  plan(reply: Reply, options?: { readonly held?: boolean }): Planned
  /** Throws away what is still planned, so that a step that went wrong does not spoil the next. */
  forget(): void
  close(): Promise<void>
}

interface Entry {
  readonly reply: Reply
  readonly held: boolean
  readonly asked: PromiseWithResolvers<number>
  readonly released: PromiseWithResolvers<void>
}

/** What a side question is answered with; its tokens are booked apart. */
const SIDE_REPLY: Reply = { text: "Scripted side answer", tokens: { input: 11, output: 5 } }
const UNPLANNED: Reply = { text: "Nothing more is planned.", tokens: { input: 1, output: 1 } }

export async function createScriptedApi(dialect: Dialect): Promise<ScriptedApi> {
  const entries: Entry[] = []
  const served: Served[] = []
  const refused: string[] = []

  const answer = async (question: Question, response: ServerResponse): Promise<void> => {
    const entry = question.kind === "turn" ? entries.shift() : undefined
    const reply = entry?.reply ?? (question.kind === "turn" ? UNPLANNED : SIDE_REPLY)
    const record: Served = {
      atMs: Date.now(),
      model: question.model,
      kind: question.kind,
      tokens: dialect.begun(reply.tokens),
      complete: false,
    }
    served.push(record)
    entry?.asked.resolve(record.atMs)
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache", ...dialect.headers() })
    const { first, rest } = dialect.events(reply, question)
    send(response, first)
    if (entry?.held === true) {
      const hungUp = new Promise<void>((resolve) => response.once("close", () => resolve()))
      await Promise.race([entry.released.promise, hungUp])
    }
    if (response.destroyed) return
    send(response, rest)
    response.end()
    record.tokens = reply.tokens
    record.complete = true
  }
  const server = createServer((request, response) => {
    void (async () => {
      const path = new URL(request.url ?? "/", "http://loopback").pathname
      const body = await bodyOf(request)
      if (request.method === "POST" && path === dialect.path) return answer(dialect.ask(body, request.headers), response)
      const other = request.method === "HEAD" ? {} : dialect.other(path)
      if (other === undefined) refused.push(`${request.method} ${path}`)
      response.writeHead(other === undefined ? 404 : 200, { "content-type": "application/json" })
      response.end(JSON.stringify(other ?? { error: { type: "not_found_error", message: "not scripted" } }))
    })().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    served,
    refused,
    plan(reply, { held = false } = {}) {
      const entry: Entry = { reply, held, asked: Promise.withResolvers(), released: Promise.withResolvers() }
      entries.push(entry)
      return { asked: entry.asked.promise, release: () => entry.released.resolve() }
    },
    forget: () => void entries.splice(0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function send(response: ServerResponse, events: readonly ServerEvent[]): void {
  for (const { name, data } of events) response.write(`event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`)
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"))
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
