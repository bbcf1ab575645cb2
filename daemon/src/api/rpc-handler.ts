// Joins Connect's router to Node's HTTP servers. It does what the library's own adapter does, with two differences: a client that goes away
// in mid-message is a line in our log and not on the console, and a request that cannot be read as a URL is refused instead of thrown.

import { Code, ConnectError, type ConnectRouter, type ConnectRouterOptions, createConnectRouter } from "@connectrpc/connect"
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from "@connectrpc/connect-node"
import type { ApiLogger } from "./api-logger.ts"
import type { HttpRequest, HttpResponse } from "./listener.ts"
import { answerText } from "./static-files.ts"
import { contextOf, type Transport } from "./transport.ts"

/** Answers a request when its path is an RPC's, and says whether it was. Handlers hear by which way it came. */
export type RpcHandler = (request: HttpRequest, response: HttpResponse, transport: Transport) => boolean

/** Registers the routes and serves them in the Connect, gRPC and gRPC-Web protocols. */
export function createRpcHandler(routes: (router: ConnectRouter) => void, options: ConnectRouterOptions, logger: ApiLogger): RpcHandler {
  const router = createConnectRouter(options)
  routes(router)
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]))
  return (request, response, transport) => {
    const handler = handlers.get(request.url?.split("?", 1)[0] ?? "")
    if (handler === undefined) return false
    let call: Parameters<typeof handler>[0]
    try {
      call = universalRequestFromNodeRequest(request, response, undefined, contextOf(transport))
    } catch {
      answerText(response, 400, "the request names no usable host\n")
      return true
    }
    handler(call)
      .then((answer) => universalResponseToNodeResponse(answer, response))
      .catch((error: unknown) => {
        const { code } = ConnectError.from(error)
        logger.debug({ err: error, code: Code[code], method: handler.method.name }, "an answer could not be delivered")
        response.destroy()
      })
    return true
  }
}
