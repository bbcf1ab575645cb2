// The errors of the API's edge: small named classes, and one table that says which code a client sees.

import { Code } from "@connectrpc/connect"

/** Thrown when an id names nothing that is known. */
export class NotFoundError extends Error {
  override readonly name = "NotFoundError"
  constructor(what: string, id: string) {
    super(`no ${what} ${quoted(id)}`)
  }
}

/** Thrown when a request's field cannot be used; names the field and its value. */
export class InvalidArgumentError extends Error {
  override readonly name = "InvalidArgumentError"
  constructor(field: string, value: string | number, expected: string) {
    super(`${field} is ${typeof value === "number" ? value : quoted(value)}; expected ${expected}`)
  }
}

/** Thrown when as many streams are open as the daemon serves at once. */
export class TooManyWatchersError extends Error {
  override readonly name = "TooManyWatchersError"
  constructor(limit: number) {
    super(`${limit} streams are open, which is the limit; close one and try again`)
  }
}

/** Thrown when a call that changes something comes over TCP. `what` says what it would do: "compacting the store". */
export class SocketOnlyError extends Error {
  override readonly name = "SocketOnlyError"
  constructor(what: string) {
    super(`${what} is served on the daemon's unix socket alone; use the vibecraft command without --url`)
  }
}

/** Every error here has its code; any other error reaches a client as `internal` with its message hidden. */
const CODES: readonly (readonly [new (...args: never[]) => Error, Code])[] = [
  [NotFoundError, Code.NotFound],
  [InvalidArgumentError, Code.InvalidArgument],
  [TooManyWatchersError, Code.ResourceExhausted],
  [SocketOnlyError, Code.PermissionDenied],
]

/** The code a client sees for an error; undefined for one that is not meant for clients. */
export function codeOf(error: unknown): Code | undefined {
  return CODES.find(([type]) => error instanceof type)?.[1]
}

/** A client's text in quotes, made harmless for terminals and logs and cut to 80 characters. */
function quoted(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 79)}…` : text
  return JSON.stringify(short).replaceAll(/\p{C}/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`)
}
