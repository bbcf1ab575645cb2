// The sum behind one row of a report: what was measured, what was corrected, and how sure it is.

import { create } from "@bufbuild/protobuf"
import { Certainty, type Cost, CostSchema, type Corrected, CorrectedSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { addUsage, NO_USAGE, totalTokens } from "../domain/usage.ts"
import type { CorrectionEffect } from "./corrections.ts"
import { modelIdOf } from "./prices/model-id.ts"
import { tokensMessage } from "./tokens-message.ts"
import type { UsageSums } from "./usage-rollup.ts"
import { whole64, wholeNumber } from "./whole-number.ts"

/** Model names by bare name; hostile ones could be endless. */
const bareNames = new Map<string, string>()
const MOST_BARE_NAMES = 1000

/** The vendor's bare name of a reported model. */
export function bareModel(reported: string): string {
  let name = bareNames.get(reported)
  if (name === undefined) {
    if (bareNames.size >= MOST_BARE_NAMES) bareNames.clear()
    bareNames.set(reported, (name = modelIdOf(reported).name))
  }
  return name
}

export class UsageSum {
  readonly #tokens = { ...NO_USAGE }
  readonly #models = new Set<string>()
  readonly #unpriced = new Set<string>()
  readonly #conversations = new Set<string>()
  #nanosUsd = 0n
  #requests = 0
  #isEstimated = false
  #lastModel: string | undefined
  #lastConversation: string | undefined
  readonly #correction = new CorrectedSum()

  add(sums: UsageSums): void {
    addUsage(this.#tokens, sums.tokens)
    this.#nanosUsd += sums.nanosUsd
    this.#requests += sums.requests
    this.#isEstimated ||= sums.estimated > 0
    if (sums.unpriced > 0) this.#unpriced.add(sums.model)
    // Neighbours mostly share both.
    if (sums.model !== this.#lastModel) this.#models.add(bareModel((this.#lastModel = sums.model)))
    if (sums.conversationId !== this.#lastConversation) this.#conversations.add((this.#lastConversation = sums.conversationId))
  }

  /** Adds another sum. */
  merge(other: UsageSum): void {
    addUsage(this.#tokens, other.#tokens)
    this.#nanosUsd += other.#nanosUsd
    this.#requests += other.#requests
    this.#isEstimated ||= other.#isEstimated
    for (const model of other.#unpriced) this.#unpriced.add(model)
    for (const model of other.#models) this.#models.add(model)
    for (const id of other.#conversations) this.#conversations.add(id)
    this.#correction.merge(other.#correction)
  }

  correct(effect: CorrectionEffect): void {
    this.#correction.add(effect)
    this.#conversations.add(effect.record.conversationId)
  }

  get nanosUsd(): bigint {
    return this.#nanosUsd
  }

  get totalTokens(): number {
    return totalTokens(this.#tokens)
  }

  get uncachedTokens(): number {
    return this.#tokens.input + this.#tokens.output
  }

  /** The members that every row has. */
  message() {
    const corrected = this.#correction.message()
    return {
      tokens: tokensMessage(this.#tokens),
      cost: this.cost(),
      requests: wholeNumber(this.#requests),
      conversations: this.#conversations.size,
      models: [...this.#models].sort(),
      ...(corrected === undefined ? {} : { corrected }),
    }
  }

  cost(): Cost {
    const certainty = this.#unpriced.size > 0 ? Certainty.UNPRICED : this.#isEstimated ? Certainty.ESTIMATED : Certainty.PRICED
    return create(CostSchema, { nanosUsd: whole64(this.#nanosUsd), certainty, unpricedModels: [...this.#unpriced].sort() })
  }
}

/** Sums of corrections. */
export class CorrectedSum {
  readonly #tokens = { ...NO_USAGE }
  readonly #unpriced = new Set<string>()
  #nanosUsd = 0n
  #count = 0

  add({ tokens, nanosUsd, isUnpriced, record }: CorrectionEffect): void {
    addUsage(this.#tokens, tokens)
    this.#nanosUsd += nanosUsd
    this.#count++
    if (isUnpriced) this.#unpriced.add(record.model)
  }

  /** Adds another sum. */
  merge(other: CorrectedSum): void {
    addUsage(this.#tokens, other.#tokens)
    this.#nanosUsd += other.#nanosUsd
    this.#count += other.#count
    for (const model of other.#unpriced) this.#unpriced.add(model)
  }

  /** Undefined where nothing was corrected. */
  message(): Corrected | undefined {
    if (this.#count === 0) return undefined
    return create(CorrectedSchema, { tokens: tokensMessage(this.#tokens), cost: this.cost(), corrections: this.#count })
  }

  cost(): Cost {
    return create(CostSchema, {
      nanosUsd: whole64(this.#nanosUsd),
      certainty: this.#unpriced.size > 0 ? Certainty.UNPRICED : Certainty.ESTIMATED,
      unpricedModels: [...this.#unpriced].sort(),
    })
  }
}
