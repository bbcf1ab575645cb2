// By which way a call came in. What changes anything is served on the unix socket alone, which only its owner can open.

import { createContextKey, createContextValues, type ContextValues, type HandlerContext } from "@connectrpc/connect"
import { SocketOnlyError } from "./errors.ts"

export type Transport = "tcp" | "socket"

const TRANSPORT = createContextKey<Transport>("tcp", { description: "the way a call came in" })

/** Values that tell handlers the way. */
export function contextOf(transport: Transport): ContextValues {
  return createContextValues().set(TRANSPORT, transport)
}

/** Refuses a call that came over TCP. Throws SocketOnlyError. */
export function requireSocket(context: Pick<HandlerContext, "values">, what: string): void {
  if (context.values.get(TRANSPORT) !== "socket") throw new SocketOnlyError(what)
}
