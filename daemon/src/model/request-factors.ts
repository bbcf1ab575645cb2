// What changes a request's price besides its tokens, merged over its copies. Early copies may lack what later ones report.

import type { InnerCall, PriceFactors, TokenUsage } from "../domain/usage.ts"

/** Equal for equal factors. */
export function factorsKey({ speed, geo, tier, webSearches, innerCalls, steps, leastOutput }: PriceFactors): string {
  const common = `${speed ?? "-"}\0${geo ?? "-"}\0${tier ?? "-"}\0${webSearches ?? "-"}\0${leastOutput ?? "-"}`
  return innerCalls === undefined && steps === undefined ? common : `${common}\0${innerCallsKey(innerCalls)}\0${stepsKey(steps)}`
}

/** A quick look; false where it would take a long one. */
export function haveSameFactors(a: PriceFactors, b: PriceFactors): boolean {
  return (
    a.speed === b.speed &&
    a.geo === b.geo &&
    a.tier === b.tier &&
    a.webSearches === b.webSearches &&
    a.leastOutput === b.leastOutput &&
    a.innerCalls === undefined &&
    b.innerCalls === undefined &&
    a.steps === undefined &&
    b.steps === undefined
  )
}

/** The stronger of each member: commutative, associative, idempotent. */
export function mergeFactors(a: PriceFactors | undefined, b: PriceFactors | undefined): PriceFactors | undefined {
  if (a === undefined || b === undefined) return a ?? b
  const speed = a.speed === "fast" || b.speed === "fast" ? "fast" : (a.speed ?? b.speed)
  const geo = greater(a.geo, b.geo)
  const tier = greater(a.tier, b.tier)
  const webSearches = greater(a.webSearches, b.webSearches)
  const leastOutput = greater(a.leastOutput, b.leastOutput)
  const innerCalls = larger(a.innerCalls, b.innerCalls, (call) => call.usage, innerCallsKey)
  const steps = larger(a.steps, b.steps, (step) => step, stepsKey)
  return {
    ...(speed !== undefined && { speed }),
    ...(geo !== undefined && { geo }),
    ...(tier !== undefined && { tier }),
    ...(webSearches !== undefined && { webSearches }),
    ...(innerCalls !== undefined && { innerCalls }),
    ...(steps !== undefined && { steps }),
    ...(leastOutput !== undefined && { leastOutput }),
  }
}

function greater<T extends string | number>(a: T | undefined, b: T | undefined): T | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a > b ? a : b
}

/** The list with more tokens; of two with as many, the one whose text is greater. */
function larger<T>(
  a: readonly T[] | undefined,
  b: readonly T[] | undefined,
  usageOf: (item: T) => TokenUsage,
  keyOf: (list: readonly T[]) => string,
): readonly T[] | undefined {
  if (a === undefined || b === undefined) return a ?? b
  const more = tokens(a, usageOf) - tokens(b, usageOf)
  if (more !== 0) return more > 0 ? a : b
  return keyOf(a) > keyOf(b) ? a : b
}

function tokens<T>(list: readonly T[], usageOf: (item: T) => TokenUsage): number {
  return list.reduce((sum, item) => sum + totalTokens(usageOf(item)), 0)
}

function totalTokens(usage: TokenUsage): number {
  return usage.input + usage.output + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h
}

function innerCallsKey(calls: readonly InnerCall[] = []): string {
  return calls.map(({ model, usage }) => `${JSON.stringify(model)}:${usageKey(usage)}`).join(";")
}

function stepsKey(steps: readonly TokenUsage[] = []): string {
  return steps.map(usageKey).join(";")
}

function usageKey(usage: TokenUsage): string {
  return [usage.input, usage.output, usage.reasoning, usage.cacheRead, usage.cacheWrite5m, usage.cacheWrite1h].join()
}
