// Turns what a handler throws into what a client sees. Only the errors of the table speak to clients; any other is a defect: it is logged
// with its cause, and the client hears no more than that it happened.

import { Code, ConnectError, type Interceptor } from "@connectrpc/connect"
import type { ApiLogger } from "./api-logger.ts"
import { codeOf } from "./errors.ts"
import { onFailure } from "./on-failure.ts"

/** The innermost but one of the interceptors: what has aborted is told apart before. */
export function mapErrors(logger: ApiLogger): Interceptor {
  return onFailure((error, request) => {
    if (error instanceof ConnectError) return error
    const code = codeOf(error)
    if (code !== undefined && error instanceof Error) return new ConnectError(error.message, code, undefined, undefined, error)
    logger.error({ err: error, method: request.method.name }, "a request failed for a reason of our own")
    return new ConnectError("internal error", Code.Internal, undefined, undefined, error)
  })
}
