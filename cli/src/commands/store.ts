// `vibecraft store`: what the daemon keeps over restarts, a copy of it, less of it.

import { existsSync } from "node:fs"
import { resolve } from "node:path"
import { type Timestamp, timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt"
import { formatBytes } from "@vibecraft/shared/format-bytes"
import { formatAge } from "@vibecraft/shared/format-duration"
import {
  BackupStoreResponseSchema,
  CompactStoreResponseSchema,
  type GetStoreResponse,
  GetStoreResponseSchema,
  type PurgedConversation,
  type PurgeStoreRequest,
  PurgeStoreResponseSchema,
  StoreService,
} from "@vibecraft/shared/gen/vibecraft/v1/store_service_pb"
import { safeText } from "@vibecraft/shared/safe-text"
import type { CommandContext, CommonOptions } from "../command-context.ts"
import { UsageError } from "../command-error.ts"
import { jsonText } from "../json-output.ts"
import { type Column, renderTable } from "../table.ts"

export interface PurgeOptions extends CommonOptions {
  readonly olderThan?: string
  readonly project?: string
  readonly conversation?: string
  readonly yes?: boolean
}

const DAY_MS = 86_400_000
const method = StoreService.method

/** Shows where the store is, how large, and what it holds. */
export async function store({ daemon, terminal }: CommandContext, options: CommonOptions): Promise<void> {
  const answer = await daemon.call(method.getStore, {})
  if (options.json === true) return terminal.print([jsonText(GetStoreResponseSchema, answer)])
  const lines = facts(answer, terminal.now()).map(([label, text]) => `  ${terminal.paint("dim", label.padEnd(8))} ${text}`)
  await terminal.print([terminal.paint("bold", "What vibecraftd keeps"), ...lines])
}

export async function compactStore({ daemon, terminal }: CommandContext, options: CommonOptions): Promise<void> {
  const answer = await daemon.call(method.compactStore, {})
  if (options.json === true) return terminal.print([jsonText(CompactStoreResponseSchema, answer)])
  await terminal.print([`Compacted: ${formatBytes(answer.beforeBytes)} before, ${formatBytes(answer.afterBytes)} now.`])
}

export async function backUpStore({ daemon, terminal }: CommandContext, options: CommonOptions, file: string): Promise<void> {
  const path = resolve(file)
  // The daemon would refuse it as well; it may be a file that only this user can see.
  if (existsSync(path)) throw new UsageError(`${safeText(path)} exists; choose another name`)
  const answer = await daemon.call(method.backupStore, { path })
  if (options.json === true) return terminal.print([jsonText(BackupStoreResponseSchema, answer)])
  await terminal.print([`Wrote ${safeText(path)}, ${formatBytes(answer.sizeBytes)}.`])
}

export async function purgeStore({ daemon, terminal }: CommandContext, options: PurgeOptions): Promise<void> {
  const selection = selectionOf(options, terminal.now())
  const answer = await daemon.call(method.purgeStore, { selection, confirmed: options.yes === true })
  if (options.json === true) return terminal.print([jsonText(PurgeStoreResponseSchema, answer)])
  const { conversations, isRemoved, beforeBytes, afterBytes } = answer
  if (conversations.length === 0) return terminal.print(["No conversation is meant by that; nothing was removed."])
  const table = renderTable(columnsAt(terminal.now()), conversations, { width: terminal.width(), paint: terminal.paint })
  const count = `${conversations.length} ${conversations.length === 1 ? "conversation" : "conversations"}`
  const end = isRemoved
    ? `${count} removed for good: ${formatBytes(beforeBytes)} before, ${formatBytes(afterBytes)} now. The agents' own files are as they were.`
    : `Nothing was removed. With --yes ${conversations.length === 1 ? "it is" : `all ${count} are`} removed for good; the agents' own files stay.`
  await terminal.print([...table, "", end])
}

function facts(answer: GetStoreResponse, nowMs: number): readonly (readonly [label: string, text: string])[] {
  const { conversations, requests, toolCalls, files, corrections, growthRatio, oldestTime } = answer
  const share =
    growthRatio === undefined ? "" : `, ${percent(growthRatio)} of the ${formatBytes(answer.bytesRead)} of transcripts read so far`
  const corrected = corrections > 0n ? `, ${corrections} ${corrections === 1n ? "correction" : "corrections"} by hand` : ""
  return [
    ["file", safeText(answer.path)],
    ["size", `${formatBytes(answer.sizeBytes)}${share}`],
    ["holds", `${conversations} conversations, ${requests} model requests, ${toolCalls} tool calls${corrected}`],
    ["files", `remembers how far ${files} were read`],
    ...(oldestTime === undefined ? [] : [["since", `${dateOf(oldestTime)}, ${formatAge(oldestTime, nowMs)} ago`] as const]),
    ["written", answer.isBehind ? "not all yet; if this stays so, see vibecraft status" : "everything"],
  ]
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(ratio < 0.1 ? 2 : 0)} %`
}

function dateOf(time: Timestamp): string {
  return new Date(timestampMs(time)).toISOString().slice(0, 10)
}

function selectionOf({ olderThan, project, conversation }: PurgeOptions, nowMs: number): PurgeStoreRequest["selection"] {
  const given = [olderThan, project, conversation].filter((value) => value !== undefined)
  if (given.length !== 1) throw new UsageError("say what to remove: one of --older-than 90d, --project FOLDER, --conversation ID")
  if (project !== undefined) return { case: "project", value: resolve(project) }
  if (conversation !== undefined) return { case: "conversationId", value: conversation }
  const days = /^(\d{1,5})d$/.exec(olderThan ?? "")?.[1]
  if (days === undefined) throw new UsageError(`--older-than ${JSON.stringify(olderThan)}: give days, for example 90d`)
  return { case: "beforeTime", value: timestampFromMs(nowMs - Number(days) * DAY_MS) }
}

function columnsAt(nowMs: number): readonly Column<PurgedConversation>[] {
  return [
    { header: "CONVERSATION", text: ({ conversationId }) => safeText(conversationId), min: 10, importance: 8 },
    { header: "NAME", text: ({ name }) => safeText(name), min: 10, importance: 7 },
    { header: "PROJECT", text: ({ project }) => safeText(project), min: 10, importance: 6, keep: "end" },
    { header: "SILENT", text: ({ lastTime }) => (lastTime === undefined ? "" : formatAge(lastTime, nowMs)), importance: 9 },
    { header: "REQUESTS", text: ({ requests }) => `${requests}`, align: "right", importance: 9 },
  ]
}
