// `vibecraft activity [SESSION]`: what happened, and with --follow what happens.

import { create } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import { formatFirstRead } from "@vibecraft/shared/format-first-read"
import type { ActivityKind } from "@vibecraft/shared/gen/vibecraft/v1/activity_pb"
import {
  ActivityService,
  type ListActivityResponse,
  ListActivityResponseSchema,
  WatchActivityResponseSchema,
} from "@vibecraft/shared/gen/vibecraft/v1/activity_service_pb"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { truncate } from "@vibecraft/shared/safe-text"
import { timeZone } from "@vibecraft/shared/time-zone"
import { parseActivityKinds } from "../activity-kinds.ts"
import { createActivityLines } from "../activity-lines.ts"
import { createActivityTail } from "../activity-tail.ts"
import type { CommandContext, CommonOptions } from "../command-context.ts"
import { findSession } from "../find-session.ts"
import { follow } from "../follow.ts"
import { untilInterrupted } from "../interrupt.ts"
import { jsonText } from "../json-output.ts"
import { listSessions } from "../list-sessions.ts"
import { pages } from "../pages.ts"
import { parseWhen } from "../parse-when.ts"
import { createSessionNames } from "../session-names.ts"

export interface ActivityOptions extends CommonOptions {
  readonly follow?: boolean
  readonly kind?: readonly string[]
  readonly since?: string
  readonly prompts?: boolean
}

/** So many of the past are shown where no time is given. */
const PAST = 50
const PAST_BEFORE_FOLLOWING = 20
const MOST_AT_ONCE = 1000

interface Wanted {
  readonly id: string
  readonly kinds: ActivityKind[]
  readonly sinceMs: number | undefined
  readonly includePrompts: boolean
}

export async function activity(context: CommandContext, options: ActivityOptions, session: string | undefined): Promise<void> {
  const { daemon, terminal } = context
  const zone = timeZone(Intl.DateTimeFormat().resolvedOptions().timeZone)
  const wanted: Wanted = {
    kinds: parseActivityKinds(options.kind ?? []),
    sinceMs: options.since === undefined ? undefined : parseWhen("--since", options.since, "start", zone, terminal.now()),
    includePrompts: options.prompts === true,
    id: session === undefined ? "" : findSession((await listSessions(daemon, Scope.ALL)).sessions, session).id,
  }
  if (options.follow === true) return followActivity(context, wanted, options.json === true)
  const answer = await listActivity(context, wanted)
  if (options.json === true) return terminal.print([jsonText(ListActivityResponseSchema, answer)])
  const names = createSessionNames(daemon)
  await names.learn(answer.activities)
  const lines = createActivityLines({ width: terminal.width(), paint: terminal.paint, sessionOf: (id) => names.sessionOf(id) })
  return terminal.print([...lines(answer.activities.toReversed()), ...tail(answer, context)])
}

/** With a time given all since then, else the latest. */
async function listActivity({ daemon }: CommandContext, { sinceMs, ...wanted }: Wanted): Promise<ListActivityResponse> {
  const since = sinceMs === undefined ? {} : { sinceTime: timestampFromMs(sinceMs) }
  const ask = (pageToken: string) =>
    daemon.call(ActivityService.method.listActivity, {
      ...wanted,
      ...since,
      pageToken,
      pageSize: sinceMs === undefined ? PAST : MOST_AT_ONCE,
    })
  if (sinceMs === undefined) return ask("")
  const all = create(ListActivityResponseSchema)
  for await (const page of pages(ask)) {
    all.activities.push(...page.activities)
    if (page.ring !== undefined) all.ring = page.ring
    if (page.firstRead !== undefined) all.firstRead = page.firstRead
  }
  return all
}

function tail({ activities, ring, firstRead }: ListActivityResponse, { terminal }: CommandContext): string[] {
  const { paint } = terminal
  const progress = formatFirstRead(firstRead)
  const kept = ring === undefined ? "" : `${ring.count} kept, at most ${ring.capacity} of the last ${ring.maxAgeHours / 24} days`
  const dropped = ring !== undefined && ring.dropped > 0n ? `, ${ring.dropped} older ones made room` : ""
  const shown = activities.length === 0 ? "Nothing happened that was asked for" : `${activities.length} shown`
  const width = terminal.width()
  return [
    paint("dim", truncate(`${shown}; ${kept}${dropped}`, width)),
    ...(progress === undefined ? [] : [paint("attention", truncate(progress, width))]),
  ]
}

async function followActivity({ daemon, terminal }: CommandContext, { sinceMs, ...wanted }: Wanted, json: boolean): Promise<void> {
  const activityTail = createActivityTail(sinceMs)
  let past = sinceMs === undefined ? PAST_BEFORE_FOLLOWING : MOST_AT_ONCE
  const open = (signal: AbortSignal) => daemon.watch(ActivityService.method.watchActivity, { ...wanted, past }, signal)
  if (json) {
    const { printStream } = await import("../json-stream.ts")
    return printStream(terminal, WatchActivityResponseSchema, open)
  }
  const names = createSessionNames(daemon)
  const lines = createActivityLines({ width: terminal.width(), paint: terminal.paint, sessionOf: (id) => names.sessionOf(id) })
  await untilInterrupted(terminal.program, (signal) =>
    follow(
      open,
      {
        async onMessage(message) {
          // After a break all that may have been missed is asked for, and what was shown is not shown again.
          past = MOST_AT_ONCE
          const { fresh, missed } = activityTail(message)
          if (missed > 0n) terminal.note(`${missed} made room before they could be shown`)
          if (fresh.length === 0) return
          await names.learn(fresh)
          await terminal.print(lines(fresh))
        },
        onStale: (reason) => terminal.note(`stale, trying again: ${reason}`),
      },
      signal,
    ),
  )
}
