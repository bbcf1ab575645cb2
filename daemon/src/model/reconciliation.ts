// Our account of a conversation against the agent's own. What the agent booked beyond the requests that left a line is hidden usage:
// compacting, side questions, titles. A fork's account starts with what its parent had booked, which is no usage of the fork's.

import type { BookedTimes } from "../domain/facts.ts"
import type { TokenUsage } from "../domain/usage.ts"
import type { BookedCost } from "./booked-costs.ts"
import { less, type ModelSum, type ModelSums, sumBooked, sumOf, totalNanosUsd } from "./model-sums.ts"

export interface Reconciliation {
  /** The agent's own total, in billionths of a US dollar. */
  readonly bookedNanosUsd: bigint
  /** Requests up to then are in it, Unix milliseconds. */
  readonly untilMs: number
  /** Ours for the same requests. */
  readonly countedNanosUsd: bigint
  /** The part of the agent's total that a fork started from. */
  readonly inheritedNanosUsd: bigint
  /** What the agent booked and no line tells of, by model, dearest first. */
  readonly hidden: readonly HiddenUsage[]
  /** What lines tell of and the agent did not book: its process was killed before it could. */
  readonly unbookedNanosUsd: bigint
  /** Same tokens, another price. */
  readonly priceDifferenceNanosUsd: bigint
  /** The agent assumed a price for a model that it did not know. */
  readonly hasUnknownModel: boolean
  /** What it took by the agent's own clocks; undefined where it does not say. */
  readonly times?: BookedTimes | undefined
}

export interface HiddenUsage {
  readonly model: string
  readonly usage: TokenUsage
  readonly webSearches: number
  readonly nanosUsd: bigint
}

/** Amounts that differ by less are equal: the agent adds floating-point numbers. */
const ROUNDING_NANOS_USD = 1000n

/**
 * `counted`: our sums for the requests up to `booked.untilMs`. `inheritances`: what a fork may have started from, likeliest first; the first
 * that leaves no less than was counted is taken.
 */
export function reconcile(booked: BookedCost, counted: ModelSums, inheritances: readonly ModelSums[]): Reconciliation {
  const bookedSums = sumBooked(booked)
  const countedNanosUsd = totalNanosUsd(counted)
  const available = BigInt(booked.nanosUsd) - countedNanosUsd
  const inherited: ModelSums = inheritances.find((sums) => totalNanosUsd(sums) <= available + ROUNDING_NANOS_USD) ?? new Map()
  const hidden: HiddenUsage[] = []
  let unbookedNanosUsd = 0n
  let priceDifferenceNanosUsd = 0n
  for (const model of new Set([...bookedSums.keys(), ...counted.keys(), ...inherited.keys()])) {
    const rest = less(less(sumOf(bookedSums, model), sumOf(counted, model)), sumOf(inherited, model))
    if (hasMore(rest))
      hidden.push({ model, usage: atLeastZero(rest.usage), webSearches: Math.max(0, rest.webSearches), nanosUsd: largest(rest) })
    else if (hasLess(rest)) unbookedNanosUsd += rest.nanosUsd < 0n ? -rest.nanosUsd : 0n
    else if (!isRounding(rest.nanosUsd)) priceDifferenceNanosUsd += rest.nanosUsd
  }
  return {
    bookedNanosUsd: BigInt(booked.nanosUsd),
    untilMs: booked.untilMs,
    countedNanosUsd,
    inheritedNanosUsd: totalNanosUsd(inherited),
    hidden: hidden.toSorted((a, b) => Number(b.nanosUsd - a.nanosUsd) || (a.model < b.model ? -1 : 1)),
    unbookedNanosUsd,
    priceDifferenceNanosUsd,
    hasUnknownModel: booked.hasUnknownModel,
    times: booked.times,
  }
}

const CLASSES = ["input", "output", "cacheRead", "cacheWrite5m", "cacheWrite1h"] as const

function hasMore({ usage, webSearches }: ModelSum): boolean {
  return webSearches > 0 || CLASSES.some((name) => usage[name] > 0)
}

function hasLess({ usage, webSearches }: ModelSum): boolean {
  return webSearches < 0 || CLASSES.some((name) => usage[name] < 0)
}

function isRounding(nanosUsd: bigint): boolean {
  return nanosUsd <= ROUNDING_NANOS_USD && nanosUsd >= -ROUNDING_NANOS_USD
}

function largest({ nanosUsd }: ModelSum): bigint {
  return nanosUsd > 0n ? nanosUsd : 0n
}

function atLeastZero(usage: TokenUsage): TokenUsage {
  return {
    input: Math.max(0, usage.input),
    output: Math.max(0, usage.output),
    reasoning: Math.max(0, usage.reasoning),
    cacheRead: Math.max(0, usage.cacheRead),
    cacheWrite5m: Math.max(0, usage.cacheWrite5m),
    cacheWrite1h: Math.max(0, usage.cacheWrite1h),
  }
}
