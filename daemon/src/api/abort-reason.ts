// A call that is aborted fails with whatever its handler happened to throw. What the client must hear is why it was aborted: the daemon
// stops, the deadline passed, the client itself went away.

import { Code, ConnectError, type Interceptor } from "@connectrpc/connect"
import { onFailure } from "./on-failure.ts"

/** The innermost interceptor. */
export function abortReason(): Interceptor {
  return onFailure((error, { signal }) => (signal.aborted ? ConnectError.from(signal.reason, Code.Canceled) : error))
}
