// `vibecraft why SESSION`: the evidence behind what is shown of a session.

import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { GetSessionResponseSchema, SessionService } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import type { CommandContext, CommonOptions } from "../command-context.ts"
import { findSession } from "../find-session.ts"
import { jsonText } from "../json-output.ts"
import { listSessions } from "../list-sessions.ts"
import { renderWhy } from "../why-view.ts"

export async function why({ daemon, terminal }: CommandContext, options: CommonOptions, wanted: string): Promise<void> {
  const { session } = findSession((await listSessions(daemon, Scope.ALL)).sessions, wanted)
  const answer = await daemon.call(SessionService.method.getSession, { id: session.id })
  if (options.json === true) return terminal.print([jsonText(GetSessionResponseSchema, answer)])
  return terminal.print(renderWhy(answer, terminal.now(), { width: terminal.width(), paint: terminal.paint }))
}
