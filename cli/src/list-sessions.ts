// All pages of the sessions as one answer.

import { create } from "@bufbuild/protobuf"
import type { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import {
  type ListSessionsResponse,
  ListSessionsResponseSchema,
  SessionService,
} from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import type { DaemonConnection } from "./connect-daemon.ts"
import { pages } from "./pages.ts"

/** Every session in scope, in the daemon's order. */
export async function listSessions(daemon: DaemonConnection, scope: Scope): Promise<ListSessionsResponse> {
  const all = create(ListSessionsResponseSchema)
  for await (const page of pages((pageToken) => daemon.call(SessionService.method.listSessions, { scope, pageToken }))) {
    all.sessions.push(...page.sessions)
    if (page.firstRead !== undefined) all.firstRead = page.firstRead
  }
  return all
}
