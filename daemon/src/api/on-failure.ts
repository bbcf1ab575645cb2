// A failure of a streaming call shows up while its messages are read, long after the handler was called; interceptors that care about
// failures are written once, for both.

import type { Interceptor, StreamRequest, UnaryRequest } from "@connectrpc/connect"

/** An interceptor that replaces whatever a call throws, at the start or in mid-stream. */
export function onFailure(replace: (error: unknown, request: UnaryRequest | StreamRequest) => unknown): Interceptor {
  return (next) => async (request) => {
    try {
      const response = await next(request)
      if (!response.stream) return response
      return { ...response, message: replacing(response.message, (error) => replace(error, request)) }
    } catch (error) {
      throw replace(error, request)
    }
  }
}

async function* replacing<T>(messages: AsyncIterable<T>, replace: (error: unknown) => unknown): AsyncGenerator<T> {
  try {
    yield* messages
  } catch (error) {
    throw replace(error)
  }
}
