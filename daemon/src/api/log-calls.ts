// One log line per call, when it is over: what was called, how, how it ended, how long it took.

import { Code, ConnectError, type Interceptor } from "@connectrpc/connect"
import type { ApiLogger } from "./api-logger.ts"

/** The outermost interceptor, so that it sees what the client sees. */
export function logCalls(logger: ApiLogger): Interceptor {
  return (next) => async (request) => {
    const startedMs = performance.now()
    let messages = 0
    const done = (error?: unknown): void => {
      const durationMs = Math.round(performance.now() - startedMs)
      const code = error === undefined ? "ok" : Code[ConnectError.from(error).code]
      const protocol = request.header.get("content-type") ?? request.requestMethod
      logger.debug({ service: request.service.typeName, method: request.method.name, protocol, code, durationMs, messages }, "call")
    }
    try {
      const response = await next(request)
      if (!response.stream) {
        messages = 1
        done()
        return response
      }
      return { ...response, message: counted(response.message, () => void messages++, done) }
    } catch (error) {
      done(error)
      throw error
    }
  }
}

async function* counted<T>(messages: AsyncIterable<T>, onMessage: () => void, done: (error?: unknown) => void): AsyncGenerator<T> {
  // A reader that leaves between two messages ends this function where it yields, with neither a return nor a throw to see.
  let failure: unknown = new ConnectError("the reader left", Code.Canceled)
  try {
    for await (const message of messages) {
      onMessage()
      yield message
    }
    failure = undefined
  } catch (error) {
    failure = error
    throw error
  } finally {
    done(failure)
  }
}
