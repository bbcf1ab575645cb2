// Everything that reports are made of, beside the world it tells of: sums by quarter of an hour, the last hour, corrections, limits.

import { create } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import { Certainty, type Corrected, CostSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import {
  type BurnRate,
  BurnRateSchema,
  type RateLimitWindow,
  RateLimitWindowSchema,
  type RunningBlock,
  RunningBlockSchema,
  type UsageRow,
  UsageRowSchema,
} from "@vibecraft/shared/gen/vibecraft/v1/usage_pb"
import { CorrectionDesk, type CorrectionJournal, type Measured } from "./correction-desk.ts"
import { Corrections } from "./corrections.ts"
import type { PriceBook } from "./prices/price-book.ts"
import { type RateLimit, RateLimits } from "./rate-limits.ts"
import type { RecentSums } from "./recent-steps.ts"
import { RecentUsage } from "./recent-usage.ts"
import type { BookingListener } from "./ledger.ts"
import { AGENT_CODE } from "./session-message.ts"
import { BLOCK_MS } from "./usage-blocks.ts"
import type { UsageConversation } from "./usage-conversation.ts"
import { blockName, blocksByAgent, isAskedFor, type UsageQuery, usageReport, type UsageSource } from "./usage-report.ts"
import { SLOT_MS, UsageRollup } from "./usage-rollup.ts"
import { CorrectedSum, UsageSum } from "./usage-sum.ts"
import { whole64, wholeNumber } from "./whole-number.ts"

export interface UsageBooksOptions {
  readonly prices: PriceBook
  /** Unix milliseconds. */
  readonly now: () => number
  /** Keeps corrections over restarts. */
  readonly journal: CorrectionJournal
  /** What reports tell of a conversation. */
  readonly conversation: (conversationId: string) => UsageConversation
  /** What corrections are held against; undefined for a conversation that is not known. */
  readonly measured: (conversationId: string) => Measured | undefined
  /** Called after a correction came to hold or ceased to. */
  readonly onCorrection: (conversationId: string) => void
}

/** An answer to a query, rows not yet paged. */
export interface UsageAnswer {
  readonly rows: readonly UsageRow[]
  readonly total: UsageRow
  readonly burnRates: readonly BurnRate[]
  readonly runningBlocks: readonly RunningBlock[]
  readonly rateLimits: readonly RateLimitWindow[]
}

const MINUTE_MS = 60_000
/** Nobody works for so long without a pause; where somebody does, all history is looked at. */
const LOOK_BACK_MS = 7 * 24 * 60 * MINUTE_MS
const BURN_WINDOWS_MINUTES = [5, 60] as const

export class UsageBooks {
  readonly rollup = new UsageRollup()
  readonly limits = new RateLimits()
  readonly corrections: Corrections
  /** Where corrections are made and taken back. */
  readonly desk: CorrectionDesk
  readonly #recent: RecentUsage
  readonly #options: UsageBooksOptions

  constructor(options: UsageBooksOptions) {
    this.#options = options
    this.corrections = new Corrections(options.prices)
    this.desk = new CorrectionDesk({ ...options, corrections: this.corrections, onChange: options.onCorrection })
    this.#recent = new RecentUsage(options.now)
  }

  /** Hears of each booking of the ledger. */
  readonly book: BookingListener = (sign, request, price) => {
    this.rollup.book(sign, request, price)
    this.#recent.book(sign, request, price)
  }

  /** What was corrected of a conversation; undefined where nothing was. */
  correctedOf(conversationId: string): Corrected | undefined {
    const effects = this.corrections.effectsOf(conversationId)
    if (effects.length === 0) return undefined
    const sum = new CorrectedSum()
    for (const effect of effects) sum.add(effect)
    return sum.message()
  }

  report(query: UsageQuery): UsageAnswer {
    const nowMs = this.#options.now()
    const source = this.#source()
    const limits = this.limits.list(nowMs, query.agent)
    const isMeant = (id: string) => isAskedFor(query, id, source.conversation(id))
    return {
      ...usageReport(query, source),
      burnRates: BURN_WINDOWS_MINUTES.map((minutes) => burnRate(minutes, this.#recent.sums(minutes, isMeant))),
      runningBlocks: this.#runningBlocks(query, source, nowMs),
      rateLimits: limits.map(limitMessage),
    }
  }

  #source(): UsageSource {
    const known = new Map<string, UsageConversation>()
    // Rows come conversation by conversation.
    let last: UsageConversation | undefined
    let lastId: string | undefined
    const conversation = (id: string): UsageConversation => {
      if (id === lastId && last !== undefined) return last
      lastId = id
      last = known.get(id)
      if (last === undefined) known.set(id, (last = this.#options.conversation(id)))
      return last
    }
    return { rows: () => this.rollup.rows(), corrections: () => this.corrections.effects(), conversation }
  }

  #runningBlocks(query: UsageQuery, source: UsageSource, nowMs: number): RunningBlock[] {
    const running: RunningBlock[] = []
    for (const [agent, starts] of blocksByAgent(source, this.#firstSlotOfRunningBlocks(nowMs))) {
      if (query.agent !== undefined && query.agent !== agent) continue
      const startMs = [...new Set(starts.values())].find((start) => start <= nowMs && nowMs < start + BLOCK_MS)
      if (startMs === undefined) continue
      const isMeant = (id: string) => isAskedFor({ ...query, agent }, id, source.conversation(id))
      const isInBlock = (slot: number) => slot * SLOT_MS >= startMs && slot * SLOT_MS < startMs + BLOCK_MS
      const sum = new UsageSum()
      for (const row of source.rows()) if (isInBlock(row.slot) && isMeant(row.conversationId)) sum.add(row)
      for (const effect of source.corrections()) {
        const { conversationId, usageMs } = effect.record
        if (isInBlock(Math.floor(usageMs / SLOT_MS)) && isMeant(conversationId)) sum.correct(effect)
      }
      const span = { startTime: timestampFromMs(startMs), endTime: timestampFromMs(startMs + BLOCK_MS) }
      const period = blockName(startMs)
      const usage = create(UsageRowSchema, { id: `${agent} ${period}`, period, agent: AGENT_CODE[agent], ...span, ...sum.message() })
      running.push(create(RunningBlockSchema, { agent: AGENT_CODE[agent], usage, ...this.#projection(sum, startMs, nowMs, isMeant) }))
    }
    return running.sort((a, b) => a.agent - b.agent)
  }

  /** Which slots decide of the blocks that run: after a pause as long as a block, what was before does not matter. */
  #firstSlotOfRunningBlocks(nowMs: number): number {
    const nowSlot = Math.floor(nowMs / SLOT_MS)
    const horizon = nowSlot - LOOK_BACK_MS / SLOT_MS
    const slots = new Set<number>()
    for (const { slot } of this.rollup.rows()) if (slot > horizon && slot <= nowSlot) slots.add(slot)
    let pause = 0
    for (let slot = nowSlot; slot > horizon; slot--) {
      pause = slots.has(slot) ? 0 : pause + 1
      if (pause > BLOCK_MS / SLOT_MS) return slot
    }
    return Number.NEGATIVE_INFINITY
  }

  /** As the last hour went, or the block so far where it is younger, so the rest of the block. */
  #projection(sum: UsageSum, startMs: number, nowMs: number, isMeant: (conversationId: string) => boolean) {
    const elapsedMs = nowMs - startMs
    const restMs = BLOCK_MS - elapsedMs
    const isYoung = elapsedMs < 60 * MINUTE_MS
    const recent = isYoung ? { tokens: sum.totalTokens, nanosUsd: sum.nanosUsd } : this.#recent.sums(60, isMeant)
    const overMs = isYoung ? Math.max(elapsedMs, MINUTE_MS) : 60 * MINUTE_MS
    const cost = sum.cost()
    const more = (recent.nanosUsd * BigInt(Math.round(restMs))) / BigInt(Math.round(overMs))
    return {
      projectedTokens: wholeNumber(sum.totalTokens + (recent.tokens * restMs) / overMs),
      projectedCost: create(CostSchema, {
        nanosUsd: whole64(sum.nanosUsd + more),
        certainty: cost.certainty === Certainty.UNPRICED ? Certainty.UNPRICED : Certainty.ESTIMATED,
        unpricedModels: cost.unpricedModels,
      }),
    }
  }
}

function burnRate(minutes: number, { tokens, uncached, nanosUsd }: RecentSums): BurnRate {
  return create(BurnRateSchema, {
    windowMinutes: minutes,
    tokensPerMinute: tokens / minutes,
    uncachedTokensPerMinute: uncached / minutes,
    nanosUsdPerMinute: whole64(nanosUsd / BigInt(minutes)),
  })
}

function limitMessage({ agent, name, usedRatio, windowMinutes = 0, resetsMs, timeMs, plan = "" }: RateLimit): RateLimitWindow {
  return create(RateLimitWindowSchema, {
    agent: AGENT_CODE[agent],
    name,
    usedRatio,
    windowMinutes: wholeNumber(windowMinutes),
    seenTime: timestampFromMs(timeMs),
    plan,
    ...(resetsMs === undefined ? {} : { resetsTime: timestampFromMs(resetsMs) }),
  })
}
