// `vibecraft seen SESSION…`: says that somebody has looked at what a session did.

import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { MarkSeenResponseSchema, SessionService } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import type { CommandContext, CommonOptions } from "../command-context.ts"
import { UsageError } from "../command-error.ts"
import { findSession } from "../find-session.ts"
import { jsonText } from "../json-output.ts"
import { listSessions } from "../list-sessions.ts"
import { renderSessions } from "../session-table.ts"

export interface SeenOptions extends CommonOptions {
  /** Every session that is unread. */
  readonly all?: boolean
}

/** Throws UsageError when neither sessions nor --all are given. */
export async function seen({ daemon, terminal }: CommandContext, options: SeenOptions, wanted: readonly string[]): Promise<void> {
  if (wanted.length === 0 && options.all !== true) throw new UsageError("name a session, or use --all for every unread one")
  const { sessions } = await listSessions(daemon, Scope.ALL)
  const found = wanted.map((text) => findSession(sessions, text).session)
  const meant = options.all === true ? sessions.filter(({ unread }) => unread) : found
  const answers = []
  for (const { id } of meant) answers.push(await daemon.call(SessionService.method.markSeen, { id }))
  if (options.json === true) return terminal.print(answers.map((answer) => jsonText(MarkSeenResponseSchema, answer)))
  if (answers.length === 0) return terminal.print(["Nothing is unread."])
  const marked = answers.flatMap(({ session }) => session ?? [])
  return terminal.print(renderSessions(marked, terminal.now(), { width: terminal.width(), paint: terminal.paint }))
}
