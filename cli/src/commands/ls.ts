// `vibecraft ls`: the sessions, those that need a person first.

import { formatFirstRead } from "@vibecraft/shared/format-first-read"
import { type FirstRead, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import {
  ListSessionsResponseSchema,
  SessionService,
  WatchSessionsResponseSchema,
} from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { SessionReplica } from "@vibecraft/shared/session-replica"
import type { CommandContext, CommonOptions } from "../command-context.ts"
import { jsonText } from "../json-output.ts"
import { listSessions } from "../list-sessions.ts"
import { countText, renderSessions } from "../session-table.ts"
import type { Terminal } from "../terminal.ts"

export interface LsOptions extends CommonOptions {
  readonly all?: boolean
  readonly watch?: boolean
}

export async function ls(context: CommandContext, options: LsOptions): Promise<void> {
  const scope = options.all === true ? Scope.ALL : Scope.RECENT
  if (options.watch === true) return watchSessions(context, scope, options.json === true)
  const { daemon, terminal } = context
  const answer = await listSessions(daemon, scope)
  if (options.json === true) return terminal.print([jsonText(ListSessionsResponseSchema, answer)])
  const slow = answer.sessions.filter((session) => session.slow)
  const why = slow.length === 0 ? [] : await (await import("../slow-lines.ts")).slowLines(context, slow)
  return terminal.print([...sessionLines(answer.sessions, answer.firstRead, terminal, scope), ...why])
}

async function watchSessions({ daemon, terminal }: CommandContext, scope: Scope, json: boolean): Promise<void> {
  const open = (minIntervalMs: number) => (signal: AbortSignal) =>
    daemon.watch(SessionService.method.watchSessions, { scope, minIntervalMs }, signal)
  if (json) {
    const { printStream } = await import("../json-stream.ts")
    return printStream(terminal, WatchSessionsResponseSchema, open(100))
  }
  const { feed, showLive } = await import("../live-view.ts")
  const replica = new SessionReplica()
  let ready = false
  const sessions = feed(open(terminal.isTty ? 100 : 1000), (message) => {
    ready = true
    replica.apply(message)
    return message.event.case !== "heartbeat"
  })
  await showLive(
    terminal,
    [sessions],
    () => ready,
    () => sessionLines(replica.sessions(), replica.firstRead, terminal, scope),
  )
}

function sessionLines(sessions: readonly Session[], firstRead: FirstRead | undefined, terminal: Terminal, scope: Scope): string[] {
  const { paint } = terminal
  const progress = formatFirstRead(firstRead)
  const tail = progress === undefined ? [] : [paint("attention", progress)]
  if (sessions.length === 0) {
    const where = scope === Scope.ALL ? "No sessions are known." : "No sessions are live or were active in the last 24 hours."
    return [`${where} Start claude or codex and it shows up by itself; vibecraft status says what can be seen.`, ...tail]
  }
  const table = renderSessions(sessions, terminal.now(), { width: terminal.width(), paint })
  return [...table, "", paint("dim", countText(sessions)), ...tail]
}
