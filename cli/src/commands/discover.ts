// `vibecraft discover`: scan now, and say what that scan found.

import { DiscoverSessionsResponseSchema, SessionService } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { safeText, truncate } from "@vibecraft/shared/safe-text"
import type { CommandContext, CommonOptions } from "../command-context.ts"
import { jsonText } from "../json-output.ts"
import { renderSessions } from "../session-table.ts"

export async function discover({ daemon, terminal }: CommandContext, options: CommonOptions): Promise<void> {
  const answer = await daemon.call(SessionService.method.discoverSessions, {})
  if (options.json === true) return terminal.print([jsonText(DiscoverSessionsResponseSchema, answer)])
  const { paint } = terminal
  const width = terminal.width()
  const lines = [`Scanned in ${answer.scanMs} ms.`]
  for (const [title, sessions] of [
    ["Discovered", answer.discovered],
    ["Existing", answer.existing],
  ] as const) {
    lines.push("", paint("bold", `${title}: ${sessions.length === 0 ? "none" : sessions.length}`))
    if (sessions.length > 0) lines.push(...renderSessions(sessions, terminal.now(), { width, paint }))
  }
  if (answer.failures.length > 0) {
    lines.push("", paint("attention", "Not scanned:"), ...answer.failures.map((failure) => truncate(`  ${safeText(failure)}`, width)))
  }
  return terminal.print(lines)
}
