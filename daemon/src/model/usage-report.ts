// A report: sums of usage by what was asked for. It walks the sums by quarter of an hour and the corrections once.

import { create } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import { UsageGroup, type UsageRow, UsageRowSchema } from "@vibecraft/shared/gen/vibecraft/v1/usage_pb"
import { addDays, mondayOf, monthOf, type TimeZone } from "@vibecraft/shared/time-zone"
import type { AgentKind } from "../domain/agent.ts"
import type { CorrectionEffect } from "./corrections.ts"
import { AGENT_CODE } from "./session-message.ts"
import { BLOCK_MS, blockStarts } from "./usage-blocks.ts"
import type { UsageConversation } from "./usage-conversation.ts"
import { SLOT_MS, type UsageKey, type UsageSums } from "./usage-rollup.ts"
import { bareModel, UsageSum } from "./usage-sum.ts"

export interface UsageQuery {
  /** Outermost first; at least one, at most one of them a span of time. */
  readonly groups: readonly UsageGroup[]
  /** Unix milliseconds. */
  readonly sinceMs: number
  /** Not included. */
  readonly untilMs: number
  readonly zone: TimeZone
  /** Undefined means all. */
  readonly agent: AgentKind | undefined
  /** Of a session or a conversation; undefined means all. */
  readonly id: string | undefined
  /** A folder; what ran below it belongs to it. Undefined means all. */
  readonly project: string | undefined
}

export interface UsageSource {
  rows(): Iterable<UsageSums>
  corrections(): Iterable<CorrectionEffect>
  /** The same answer for the same conversation, as long as the report is made. */
  conversation(conversationId: string): UsageConversation
}

export interface UsageReport {
  readonly rows: readonly UsageRow[]
  readonly total: UsageRow
}

type RowMembers = Partial<Omit<UsageRow, "$typeName">>

/** What a row stands for, in part: a text that tells it from others, and the members that say it. */
interface Mark {
  readonly key: string
  readonly members: RowMembers
}

type Marker = (key: UsageKey, conversation: UsageConversation) => Mark

interface Group {
  readonly id: string
  readonly members: RowMembers
  readonly sum: UsageSum
}

/** Which groups are spans of time. */
export const TIME_GROUPS: ReadonlySet<UsageGroup> = new Set([UsageGroup.DAY, UsageGroup.WEEK, UsageGroup.MONTH, UsageGroup.BLOCK])

/** Whether a conversation is one of those asked for. */
export function isAskedFor({ agent, id, project }: UsageQuery, conversationId: string, conversation: UsageConversation): boolean {
  if (agent !== undefined && conversation.agent !== agent) return false
  if (id !== undefined && id !== conversationId && id !== conversation.sessionId) return false
  if (project === undefined || conversation.project === project) return true
  return conversation.project.startsWith(project.endsWith("/") ? project : `${project}/`)
}

export function usageReport(query: UsageQuery, source: UsageSource): UsageReport {
  const firstSlot = Math.floor(query.sinceMs / SLOT_MS)
  const endSlot = Math.ceil(query.untilMs / SLOT_MS)
  const markers = query.groups.map((group) => markerOf(group, query.zone, source))
  const groups = new Map<string, Group>()
  const total = new UsageSum()

  const add = (key: UsageKey, into: (sum: UsageSum) => void): void => {
    if (key.slot < firstSlot || key.slot >= endSlot) return
    const conversation = source.conversation(key.conversationId)
    if (!isAskedFor(query, key.conversationId, conversation)) return
    let name = ""
    for (const marker of markers) name += `${marker(key, conversation).key}\0`
    let group = groups.get(name)
    if (group === undefined) {
      const marks = markers.map((marker) => marker(key, conversation))
      groups.set(name, (group = { id: JSON.stringify(marks.map((mark) => mark.key)), members: joined(marks), sum: new UsageSum() }))
    }
    into(group.sum)
  }
  for (const row of source.rows()) add(row, (sum) => sum.add(row))
  for (const effect of source.corrections()) add(keyOfCorrection(effect), (sum) => sum.correct(effect))

  for (const { sum } of groups.values()) total.merge(sum)
  const rows = [...groups.values()]
    .sort(compareGroups)
    .map(({ id, members, sum }) => create(UsageRowSchema, { ...members, ...sum.message(), id }))
  return { rows, total: create(UsageRowSchema, { id: "total", ...total.message() }) }
}

function joined(marks: readonly Mark[]): RowMembers {
  const members: { -readonly [K in keyof RowMembers]: RowMembers[K] } = {}
  return Object.assign(members, ...marks.map((mark) => mark.members)) as RowMembers
}

/** Where a correction stands among the sums. */
function keyOfCorrection({ record }: CorrectionEffect): UsageKey {
  const { conversationId, model, usageMs } = record
  return { conversationId, subagentId: undefined, model, slot: Math.floor(usageMs / SLOT_MS) }
}

function compareGroups(a: Group, b: Group): number {
  const time = Number(a.members.startTime?.seconds ?? 0n) - Number(b.members.startTime?.seconds ?? 0n)
  if (time !== 0) return time
  if (a.sum.nanosUsd !== b.sum.nanosUsd) return a.sum.nanosUsd > b.sum.nanosUsd ? -1 : 1
  return b.sum.totalTokens - a.sum.totalTokens || (a.id < b.id ? -1 : 1)
}

function markerOf(group: UsageGroup, zone: TimeZone, source: UsageSource): Marker {
  switch (group) {
    case UsageGroup.DAY:
      return byPeriod(zone, (date) => ({ period: date, first: date, next: addDays(date, 1) }))
    case UsageGroup.WEEK:
      return byPeriod(zone, (date) => ({ period: mondayOf(date), first: mondayOf(date), next: addDays(mondayOf(date), 7) }))
    case UsageGroup.MONTH:
      return byPeriod(zone, (date) => ({ period: date.slice(0, 7), ...monthOf(date) }))
    case UsageGroup.BLOCK:
      return byBlock(source)
    case UsageGroup.MODEL:
      return remembered(
        ({ model }) => model,
        ({ model }) => ({ key: bareModel(model), members: { model: bareModel(model) } }),
      )
    case UsageGroup.PROJECT:
      return perConversation((_key, { project }) => ({ key: project, members: { project } }))
    case UsageGroup.SESSION:
      return perConversation(({ conversationId }, { sessionId, sessionName, agent, project }) => ({
        key: sessionId === "" ? `conversation ${conversationId}` : sessionId,
        members: { sessionId, name: sessionName, agent: AGENT_CODE[agent], project },
      }))
    case UsageGroup.CONVERSATION:
      return perConversation(({ conversationId }, conversation) => ({
        key: conversationId,
        members: conversationMembers(conversationId, conversation),
      }))
    case UsageGroup.AGENT:
      return perConversation((_key, { agent }) => ({ key: agent, members: { agent: AGENT_CODE[agent] } }))
    case UsageGroup.SUBAGENT_TYPE:
      return ({ subagentId }, conversation) => {
        const subagentType = conversation.subagentType(subagentId)
        return { key: subagentType, members: { subagentType } }
      }
    default:
      throw new Error(`usage is not grouped by ${group}`)
  }
}

/** Marks that are the same for the same of something are made once. */
function remembered(of: (key: UsageKey) => string, marker: Marker): Marker {
  const marks = new Map<string, Mark>()
  return (key, conversation) => {
    const name = of(key)
    let mark = marks.get(name)
    if (mark === undefined) marks.set(name, (mark = marker(key, conversation)))
    return mark
  }
}

function perConversation(marker: Marker): Marker {
  return remembered(({ conversationId }) => conversationId, marker)
}

function conversationMembers(conversationId: string, conversation: UsageConversation): RowMembers {
  const { agent, project, sessionId, name, contextUsedRatio, contextUsedTokens } = conversation
  return {
    conversationId,
    sessionId,
    name,
    project,
    agent: AGENT_CODE[agent],
    ...(contextUsedRatio === undefined ? {} : { contextUsedRatio }),
    ...(contextUsedTokens === undefined ? {} : { contextUsedTokens: BigInt(contextUsedTokens) }),
  }
}

/** A span of days: its name, its first day and the first day after it. */
interface Days {
  readonly period: string
  readonly first: string
  readonly next: string
}

function byPeriod(zone: TimeZone, daysOf: (date: string) => Days): Marker {
  const bySlot = new Map<number, Mark>()
  const byDate = new Map<string, Mark>()
  return ({ slot }) => {
    let mark = bySlot.get(slot)
    if (mark === undefined) {
      const date = zone.dateOf(slot * SLOT_MS)
      mark = byDate.get(date)
      if (mark === undefined) byDate.set(date, (mark = markOfDays(zone, daysOf(date))))
      bySlot.set(slot, mark)
    }
    return mark
  }
}

function markOfDays(zone: TimeZone, { period, first, next }: Days): Mark {
  const span = { startTime: timestampFromMs(zone.startOf(first)), endTime: timestampFromMs(zone.startOf(next)) }
  return { key: period, members: { period, ...span } }
}

function byBlock(source: UsageSource): Marker {
  const starts = blocksByAgent(source)
  const marks = new Map<string, Mark>()
  return ({ slot }, { agent }) => {
    const startMs = starts.get(agent)?.get(slot) ?? 0
    const name = `${agent} ${startMs}`
    let mark = marks.get(name)
    if (mark === undefined) {
      const period = blockName(startMs)
      const span = { startTime: timestampFromMs(startMs), endTime: timestampFromMs(startMs + BLOCK_MS) }
      marks.set(name, (mark = { key: `${agent} ${period}`, members: { period, ...span, agent: AGENT_CODE[agent] } }))
    }
    return mark
  }
}

/** "2026-11-20T09:00:00Z". */
export function blockName(startMs: number): string {
  return new Date(startMs).toISOString().replace(".000Z", "Z")
}

/** The blocks of each agent are those of all its usage, whatever part of it was asked for; only slots from `firstSlot` on are looked at. */
export function blocksByAgent(
  source: UsageSource,
  firstSlot = Number.NEGATIVE_INFINITY,
): ReadonlyMap<AgentKind, ReadonlyMap<number, number>> {
  const slots = new Map<AgentKind, Set<number>>()
  const add = ({ conversationId, slot }: UsageKey): void => {
    if (slot < firstSlot) return
    const { agent } = source.conversation(conversationId)
    const own = slots.get(agent)
    if (own === undefined) slots.set(agent, new Set([slot]))
    else own.add(slot)
  }
  for (const row of source.rows()) add(row)
  for (const effect of source.corrections()) add(keyOfCorrection(effect))
  return new Map([...slots].map(([agent, own]) => [agent, blockStarts(own)]))
}
