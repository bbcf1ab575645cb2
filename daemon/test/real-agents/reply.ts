// What the scripted API is told to answer, in words that both vendors' dialects can speak.

import type { IncomingHttpHeaders } from "node:http"

/** The daemon's token classes: disjoint, but for reasoning, which lies inside output. */
export interface ReplyTokens {
  readonly input: number
  readonly output: number
  readonly reasoning?: number
  readonly cacheRead?: number
  readonly cacheWrite5m?: number
  readonly cacheWrite1h?: number
}

export interface ReplyTool {
  readonly name: string
  /** The group that the client keeps it in, where it has groups. */
  readonly namespace?: string
  readonly input: Readonly<Record<string, unknown>>
}

/** One answer of the model. */
export interface Reply {
  readonly text?: string
  readonly tool?: ReplyTool
  readonly tokens: ReplyTokens
}

/** A request that was answered, or hangs. */
export interface Served {
  readonly atMs: number
  readonly model: string
  /** The turn of a conversation, or something the client asks beside it: a title, a summary, a check of quota. */
  readonly kind: "turn" | "side"
  /** What the client was told so far. */
  tokens: ReplyTokens
  /** False while the answer is held, and for one whose client hung up first. */
  complete: boolean
}

/** What a dialect makes of one HTTP request. */
export interface Question {
  readonly model: string
  readonly kind: "turn" | "side"
}

/** One vendor's protocol: which request asks for an answer, and the events that an answer is streamed as. */
export interface Dialect {
  /** Paths of questions; everything else is answered with 404. */
  readonly path: string
  /** What is served under other paths with GET, for example a list of models. */
  other(path: string): unknown
  ask(body: Record<string, unknown>, headers: IncomingHttpHeaders): Question
  /** The server-sent events: the first ones at once, text included, the rest when the answer is let go. */
  events(reply: Reply, question: Question): { readonly first: readonly ServerEvent[]; readonly rest: readonly ServerEvent[] }
  /** What a client has been told of tokens when it heard the first events alone. */
  begun(tokens: ReplyTokens): ReplyTokens
  /** Headers of the answer. */
  headers(): Readonly<Record<string, string>>
}

export interface ServerEvent {
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
}
