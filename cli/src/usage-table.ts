// A report as a table with its total, and below it what is to be known: certainty, corrections, how fast it burns, which limits run.

import { formatDuration, toMs } from "@vibecraft/shared/format-duration"
import { formatCost, formatMoney } from "@vibecraft/shared/format-money"
import { formatPercent } from "@vibecraft/shared/format-ratio"
import { formatTokens } from "@vibecraft/shared/format-tokens"
import { Certainty, type Tokens } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { ListUsageResponse } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { type RateLimitWindow, type RunningBlock, UsageGroup, type UsageRow } from "@vibecraft/shared/gen/vibecraft/v1/usage_pb"
import { safeText } from "@vibecraft/shared/safe-text"
import { modelLabel } from "@vibecraft/shared/session-label"
import { agentWord } from "@vibecraft/shared/status-words"
import { signedMoney, signedTokens } from "./signed.ts"
import { type Column, type TableOptions, renderTable } from "./table.ts"
import { wrap } from "./wrap.ts"

export interface UsageView {
  readonly groups: readonly UsageGroup[]
  /** IANA name. */
  readonly zone: string
  /** The user's home folder, shown as ~; empty shows folders whole. */
  readonly home: string
  readonly nowMs: number
}

type Line = UsageRow & { readonly isTotal: boolean }

export function renderUsage(answer: ListUsageResponse, view: UsageView, options: TableOptions): string[] {
  const { rows, total } = answer
  if (rows.length === 0 || total === undefined) return ["Nothing was used in that time.", ...statusLines(answer, view, options)]
  const lines: Line[] = [...rows.map((row) => ({ ...row, isTotal: false })), { ...total, isTotal: true }]
  const columns = [...view.groups.flatMap((group) => groupColumns(group, view)), ...sumColumns(view)].map(withTotal)
  return [...renderTable(columns, lines, options), ...remarks(total, options), ...statusLines(answer, view, options)]
}

/** The total stands out, and its first column says what it is. */
function withTotal(column: Column<Line>, index: number): Column<Line> {
  return {
    ...column,
    text: (line) => (line.isTotal && index === 0 ? "total" : column.text(line)),
    style: (line) => (line.isTotal ? "bold" : column.style?.(line)),
  }
}

function groupColumns(group: UsageGroup, { zone, home }: UsageView): readonly Column<Line>[] {
  switch (group) {
    case UsageGroup.DAY:
      return [{ header: "DAY", text: ({ period = "" }) => (period === "" ? "" : `${period} ${weekday(period)}`), importance: 20 }]
    case UsageGroup.WEEK:
      return [{ header: "WEEK OF", text: ({ period = "" }) => safeText(period), importance: 20 }]
    case UsageGroup.MONTH:
      return [{ header: "MONTH", text: ({ period = "" }) => safeText(period), importance: 20 }]
    case UsageGroup.BLOCK:
      return [
        { header: "BLOCK", text: (row) => spanText(row, zone), importance: 20 },
        { header: "AGENT", text: agentText, importance: 18 },
      ]
    case UsageGroup.MODEL:
      return [{ header: "MODEL", text: ({ model = "" }) => safeText(model), min: 10, enough: 30, importance: 19 }]
    case UsageGroup.PROJECT:
      return [projectColumn(home, 19)]
    case UsageGroup.SESSION:
      return [nameColumn("SESSION"), { header: "AGENT", text: agentText, importance: 4 }, projectColumn(home, 3)]
    case UsageGroup.CONVERSATION:
      return [
        nameColumn("CONVERSATION"),
        { header: "ID", text: ({ conversationId = "" }) => safeText(conversationId), min: 8, enough: 8, style: () => "dim", importance: 4 },
        { header: "CTX", text: ({ contextUsedRatio }) => formatPercent(contextUsedRatio), align: "right", importance: 9 },
      ]
    case UsageGroup.AGENT:
      return [{ header: "AGENT", text: agentText, importance: 19 }]
    case UsageGroup.SUBAGENT_TYPE:
      return [{ header: "SUBAGENT", text: ({ subagentType = "" }) => safeText(subagentType), min: 8, enough: 24, importance: 19 }]
    default:
      return []
  }
}

function nameColumn(header: string): Column<Line> {
  return { header, text: ({ name = "", isTotal }) => (isTotal ? "" : safeText(name) || "?"), min: 14, enough: 32, importance: 19 }
}

function projectColumn(home: string, importance: number): Column<Line> {
  const text = ({ project, isTotal }: Line): string =>
    isTotal ? "" : project === undefined || project === "" ? "(unknown)" : folderText(project, home)
  return { header: "PROJECT", text, min: 10, enough: 36, keep: "end", importance }
}

function sumColumns({ groups }: UsageView): readonly Column<Line>[] {
  return [
    {
      header: "MODELS",
      text: ({ models, isTotal }) =>
        isTotal || groups.includes(UsageGroup.MODEL) ? "" : models.map((model) => modelLabel(model)).join(", "),
      style: () => "dim",
      min: 8,
      enough: 24,
      importance: 1,
    },
    { header: "REQUESTS", text: ({ requests }) => grouped(requests), align: "right", importance: 8 },
    { header: "IN", text: tokensText(({ input }) => input), style: () => "dim", align: "right", importance: 5 },
    { header: "OUT", text: tokensText(({ output }) => output), style: () => "dim", align: "right", importance: 6 },
    { header: "CACHE R", text: tokensText(({ cacheRead }) => cacheRead), style: () => "dim", align: "right", importance: 3 },
    {
      header: "CACHE W",
      text: tokensText(({ cacheWrite5m, cacheWrite1h }) => cacheWrite5m + cacheWrite1h),
      style: () => "dim",
      align: "right",
      importance: 2,
    },
    { header: "TOKENS", text: tokensText(({ total }) => total), align: "right", importance: 10 },
    {
      header: "COST",
      text: ({ cost }) => formatCost(cost),
      style: ({ cost }) => (cost?.certainty === Certainty.UNPRICED ? "attention" : undefined),
      align: "right",
      importance: 15,
    },
    {
      header: "BY HAND",
      text: ({ corrected }) => (corrected === undefined ? "" : signedMoney(corrected.cost?.nanosUsd ?? 0n)),
      align: "right",
      importance: 7,
    },
  ]
}

/** What the marks in the table mean, where they occur. */
function remarks(total: UsageRow, { width, paint }: TableOptions): string[] {
  const said: string[] = []
  if (total.cost?.certainty === Certainty.ESTIMATED)
    said.push(
      "~ estimated: some price rests on an assumption (vibecraft prices MODEL says which), or some answer is longer than its count of tokens",
    )
  if (total.cost?.certainty === Certainty.UNPRICED) {
    said.push(`≥ leaves out what has no known price: ${total.cost.unpricedModels.map((model) => safeText(model)).join(", ")}`)
  }
  if (total.corrected !== undefined) {
    const { corrections, tokens, cost } = total.corrected
    const amount = `${signedTokens(tokens?.total ?? 0n)} tokens, ${signedMoney(cost?.nanosUsd ?? 0n)}`
    said.push(`corrected by hand, in no other column: ${amount} (${corrections}); vibecraft correct --list shows them`)
  }
  return said.length === 0 ? [] : ["", ...said.flatMap((text) => wrap(text, Math.max(20, width))).map((line) => paint("dim", line))]
}

/** What goes on now. */
function statusLines(answer: ListUsageResponse, view: UsageView, { width, paint }: TableOptions): string[] {
  const facts: [label: string, text: string][] = []
  const burning = answer.burnRates.filter(({ tokensPerMinute }) => tokensPerMinute > 0)
  for (const rate of burning) {
    const text = `${formatTokens(rate.tokensPerMinute)} tokens/min (${formatTokens(rate.uncachedTokensPerMinute)} uncached), ${formatMoney(rate.nanosUsdPerMinute)}/min`
    facts.push([`last ${rate.windowMinutes} min`, text])
  }
  for (const block of answer.runningBlocks) facts.push([`${agentWord(block.agent)} block`, blockText(block, view)])
  for (const limit of answer.rateLimits) facts.push([`${agentWord(limit.agent)} limit`, limitText(limit, view.nowMs)])
  if (facts.length === 0) return []
  const room = Math.max(...facts.map(([label]) => label.length)) + 2
  return ["", ...facts.flatMap(([label, text]) => hanging(paint("dim", label.padEnd(room)), text, room, width))]
}

function hanging(label: string, text: string, room: number, width: number): string[] {
  const [first = "", ...more] = wrap(text, Math.max(20, width - room))
  return [label + first, ...more.map((line) => " ".repeat(room) + line)]
}

function blockText({ usage, projectedTokens, projectedCost }: RunningBlock, { zone, nowMs }: UsageView): string {
  const left = usage?.endTime === undefined ? "" : `, ${formatDuration(toMs(usage.endTime) - nowMs)} left`
  const span = usage === undefined ? "" : spanText(usage, zone)
  const used = `${formatTokens(usage?.tokens?.total ?? 0n)} tokens, ${formatCost(usage?.cost)}`
  const isIdle = projectedTokens === (usage?.tokens?.total ?? 0n)
  const end = isIdle
    ? "nothing in the last hour"
    : `at this speed ${formatTokens(projectedTokens)}, ${formatCost(projectedCost)} by its end`
  return `${span}${left}: ${used} so far; ${end}`
}

function limitText({ name, usedRatio, windowMinutes, resetsTime, seenTime, plan }: RateLimitWindow, nowMs: number): string {
  const window = windowMinutes > 0n ? ` of ${formatDuration(windowMinutes * 60_000n)}` : ""
  const anew = resetsTime === undefined ? "" : `, anew in ${formatDuration(toMs(resetsTime) - nowMs)}`
  const seen = seenTime === undefined ? "" : `, as of ${formatDuration(nowMs - toMs(seenTime))} ago`
  return `${safeText(name)}: ${formatPercent(usedRatio)}${window} used${anew}${seen}${plan === "" ? "" : `, plan ${safeText(plan)}`}`
}

/** "2026-11-20 14:00–19:00". */
function spanText({ startTime, endTime }: Pick<UsageRow, "startTime" | "endTime">, zone: string): string {
  if (startTime === undefined || endTime === undefined) return ""
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" })
  return `${format.format(toMs(startTime))}–${format.format(toMs(endTime)).slice(-5)}`
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

function weekday(date: string): string {
  return WEEKDAYS[new Date(date).getUTCDay()] ?? ""
}

function folderText(folder: string, home: string): string {
  return safeText(home !== "" && (folder === home || folder.startsWith(`${home}/`)) ? `~${folder.slice(home.length)}` : folder)
}

function agentText({ agent, isTotal }: Line): string {
  return isTotal ? "" : agentWord(agent)
}

function tokensText(count: (tokens: Tokens) => bigint): (row: Line) => string {
  return ({ tokens }) => (tokens === undefined ? "" : formatTokens(count(tokens)))
}

/** "1,234". */
function grouped(count: bigint): string {
  return count.toString().replace(/\B(?=(\d{3})+$)/g, ",")
}
