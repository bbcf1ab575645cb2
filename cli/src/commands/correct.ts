// `vibecraft correct`: corrects the tokens of a conversation by hand, lists corrections, takes one back.

import { create } from "@bufbuild/protobuf"
import { formatAge } from "@vibecraft/shared/format-duration"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import {
  CorrectUsageResponseSchema,
  ListCorrectionsResponseSchema,
  MetricsService,
} from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import type { Correction } from "@vibecraft/shared/gen/vibecraft/v1/usage_pb"
import { safeText } from "@vibecraft/shared/safe-text"
import type { CommandContext, CommonOptions } from "../command-context.ts"
import { CommandError, UsageError } from "../command-error.ts"
import type { DaemonConnection } from "../connect-daemon.ts"
import { findSession } from "../find-session.ts"
import { jsonText } from "../json-output.ts"
import { listSessions } from "../list-sessions.ts"
import { pages } from "../pages.ts"
import { signedMoney, signedTokens } from "../signed.ts"
import { type Column, renderTable } from "../table.ts"
import { countsText, parseCounts } from "../token-counts.ts"

export interface CorrectOptions extends CommonOptions {
  readonly set?: readonly string[]
  readonly add?: readonly string[]
  readonly note?: string
  readonly model?: string
  readonly list?: boolean
  readonly undo?: string
}

export async function correct(context: CommandContext, options: CorrectOptions, wanted: string | undefined): Promise<void> {
  const { daemon, terminal } = context
  const { list, undo, set = [], add = [], note } = options
  if (list === true) return listCorrections(context, options, wanted)
  if (undo !== undefined) {
    if (!/^\d{1,15}$/.test(undo))
      throw new UsageError(`--undo ${JSON.stringify(undo)}: give the number that vibecraft correct --list shows`)
    const answer = await daemon.call(MetricsService.method.correctUsage, { action: { case: "undoId", value: BigInt(undo) } })
    if (options.json === true) return terminal.print([jsonText(CorrectUsageResponseSchema, answer)])
    return terminal.print([`Correction ${undo} is taken back; the conversation counts as if it had never been.`])
  }
  if (wanted === undefined) throw new UsageError("name the conversation to correct, or use --list or --undo")
  if (set.length + add.length === 0) throw new UsageError("say what to correct: --set output=1200 or --add input=500")
  if (note === undefined) throw new UsageError("say why: --note TEXT")
  const counts = { set: parseCounts("--set", set), add: parseCounts("--add", add) }
  const conversationId = await conversationOf(daemon, wanted)
  const correction = { conversationId, ...counts, note, model: options.model ?? "" }
  const answer = await daemon.call(MetricsService.method.correctUsage, { action: { case: "correction", value: correction } })
  if (options.json === true) return terminal.print([jsonText(CorrectUsageResponseSchema, answer)])
  const made = answer.correction
  if (made === undefined) throw new CommandError("the daemon did not say what it did; see vibecraft correct --list")
  return terminal.print([
    `Correction ${made.id} of ${safeText(made.conversationId)}: ${effectText(made)}.`,
    terminal.paint("dim", `It is shown beside what was measured. Take it back with: vibecraft correct --undo ${made.id}`),
  ])
}

async function listCorrections({ daemon, terminal }: CommandContext, options: CorrectOptions, wanted: string | undefined): Promise<void> {
  const conversationId = wanted === undefined ? "" : await conversationOf(daemon, wanted)
  const all = create(ListCorrectionsResponseSchema)
  for await (const page of pages((pageToken) => daemon.call(MetricsService.method.listCorrections, { conversationId, pageToken }))) {
    all.corrections.push(...page.corrections)
  }
  if (options.json === true) return terminal.print([jsonText(ListCorrectionsResponseSchema, all)])
  if (all.corrections.length === 0) return terminal.print(["Nothing was corrected by hand."])
  return terminal.print(renderTable(columnsAt(terminal.now()), all.corrections, { width: terminal.width(), paint: terminal.paint }))
}

/** A conversation's own id, or the current conversation of the session that is meant. */
async function conversationOf(daemon: DaemonConnection, wanted: string): Promise<string> {
  const { sessions } = await listSessions(daemon, Scope.ALL)
  const { session, id } = findSession(sessions, wanted)
  const conversationId = id === session.id ? session.conversationId : id
  if (conversationId === undefined) throw new CommandError(`the conversation of "${safeText(wanted)}" is not known; name it by its id`)
  return conversationId
}

function columnsAt(nowMs: number): readonly Column<Correction>[] {
  return [
    { header: "#", text: ({ id }) => `${id}`, align: "right", importance: 20 },
    { header: "CONVERSATION", text: ({ conversationId }) => safeText(conversationId), min: 12, importance: 12 },
    {
      header: "ASKED",
      text: ({ set, add }) => [countsText(set, "="), countsText(add, "+")].filter((part) => part !== "").join(", "),
      min: 12,
      importance: 10,
    },
    {
      header: "EFFECT",
      text: effectText,
      style: ({ undoneTime }) => (undoneTime === undefined ? undefined : "dim"),
      min: 10,
      importance: 15,
    },
    { header: "MODEL", text: ({ model }) => safeText(model), min: 8, enough: 20, style: () => "dim", importance: 3 },
    { header: "AGE", text: ({ createdTime }) => formatAge(createdTime, nowMs), align: "right", importance: 6 },
    { header: "NOTE", text: ({ note }) => safeText(note), min: 10, importance: 9 },
  ]
}

function effectText({ tokens, cost, undoneTime }: Correction): string {
  if (undoneTime !== undefined) return "taken back"
  const total = tokens?.total ?? 0n
  const reasoning = tokens?.reasoning ?? 0n
  const parts = [`${signedTokens(total)} tokens`, ...(total === 0n && reasoning !== 0n ? [`${signedTokens(reasoning)} reasoning`] : [])]
  return `${parts.join(", ")}, ${signedMoney(cost?.nanosUsd ?? 0n)}`
}
