// Which prices apply to a name that an agent reports, at a time: the user's own before the lists, the whole name before what it is short
// for. Every place says why it was looked at, so that what is charged can be explained.

import { CLAUDE_ALIASES, CLAUDE_PRICES } from "./claude-prices.ts"
import { modelIdOf } from "./model-id.ts"
import { CODEX_REVIEWER, CODEX_REVIEWER_MODELS, OPENAI_ALIASES, OPENAI_PRICES } from "./openai-prices.ts"
import type { PriceOverride } from "./price-override.ts"
import type { ModelPrices, PriceRow } from "./price-table.ts"

/** A model's prices at a time. */
export interface Found {
  readonly prices: ModelPrices
  readonly row: PriceRow
  /** The user gave them. */
  readonly own: boolean
  /** It is only assumed that this is the model, or that it costs there what it costs at its maker's. */
  readonly assumed: boolean
  /** Why these prices: sentences; none where the name is simply on the list. */
  readonly reasons: readonly string[]
}

/** A model's rows from one source. */
export interface Listing {
  readonly prices: ModelPrices
  readonly own: boolean
  /** Oldest first. */
  readonly rows: readonly PriceRow[]
  /** The row that holds then; undefined before the first. */
  at(timeMs: number): PriceRow | undefined
}

/** What a reported name stands for. */
export interface Lookup {
  readonly fast: boolean
  /** The prices that apply then; undefined where there are none. */
  find(timeMs: number): Found | undefined
  /** Where its prices may come from, best first. */
  listings(timeMs: number): readonly Listing[]
}

export interface PriceLookup {
  of(model: string): Lookup
  /** Every model with a price: the vendor's bare name, or the name that the user gave. */
  models(): readonly string[]
}

interface Place {
  readonly listing: Listing
  readonly assumed: boolean
  readonly reasons: readonly string[]
}

const SOLD_ELSEWHERE = "The name is that of another seller, who may have prices of his own; the maker's are assumed."
const MOST_KNOWN = 1000

/** Joins the built-in lists and the user's own prices, which win from their day on. */
export function createPriceLookup(overrides: readonly PriceOverride[]): PriceLookup {
  const table = new Map([...CLAUDE_PRICES, ...OPENAI_PRICES].map((prices) => [prices.model, listed(prices)]))
  const own = ownListings(overrides, table)
  const known = new Map<string, Lookup>()

  function newLookup(model: string): Lookup {
    const { name, fast, resold } = modelIdOf(model)
    const written = model.trim().toLowerCase()
    const routed = OPENAI_ALIASES.get(name) ?? ""
    const meant = CLAUDE_ALIASES.get(name) ?? ""
    const elsewhere = resold ? [SOLD_ELSEWHERE] : []
    const short = [`"${name}" stands for ${meant} today; it stood for other models before.`]
    const places = [
      place(own.get(written), false, ["You gave this price in the configuration."]),
      place(own.get(name), resold, [`You gave the price of ${name} in the configuration.`, ...elsewhere]),
      place(table.get(name), resold, elsewhere),
      place(table.get(routed), resold, [`${name} is routed to ${routed} by its vendor.`, ...elsewhere]),
      place(own.get(meant), true, [...short, `You gave the price of ${meant} in the configuration.`]),
      place(table.get(meant), true, short),
    ].filter((one) => one !== undefined)

    function placesAt(timeMs: number): readonly Place[] {
      if (name !== CODEX_REVIEWER) return places
      const served = reviewerAt(timeMs) ?? ""
      const reviewer = place(table.get(served), true, [`Codex's reviewer does not say what model it is; ${served} served it then.`])
      return reviewer === undefined ? places : [...places, reviewer]
    }

    return {
      fast,
      find(timeMs) {
        for (const { listing, assumed, reasons } of placesAt(timeMs)) {
          const row = listing.at(timeMs)
          if (row !== undefined) return { prices: listing.prices, row, own: listing.own, assumed, reasons }
        }
        return undefined
      },
      listings: (timeMs) => placesAt(timeMs).map(({ listing }) => listing),
    }
  }

  return {
    /** Reported names repeat endlessly; hostile ones could be endless. */
    of(model) {
      let lookup = known.get(model)
      if (lookup === undefined) {
        if (known.size > MOST_KNOWN) known.clear()
        known.set(model, (lookup = newLookup(model)))
      }
      return lookup
    },
    models: () => [...new Set([...table.keys(), ...own.keys()])],
  }
}

function place(listing: Listing | undefined, assumed: boolean, reasons: readonly string[]): Place | undefined {
  return listing === undefined ? undefined : { listing, assumed, reasons }
}

/** What was before the first day on the list cost what it cost then. */
function listed(prices: ModelPrices): Listing {
  const [{ from: _day, ...first }, ...later] = prices.rows
  return dated(prices, [first, ...later], false)
}

function dated(prices: ModelPrices, given: readonly PriceRow[], own: boolean): Listing {
  const oldestFirst = given.map((row) => ({ row, startMs: startMs(row.from) })).sort((a, b) => a.startMs - b.startMs)
  const latestFirst = oldestFirst.toReversed()
  return {
    prices,
    own,
    rows: oldestFirst.map(({ row }) => row),
    at(timeMs) {
      for (const { row, startMs: start } of latestFirst) if (start <= timeMs) return row
      return undefined
    },
  }
}

function reviewerAt(timeMs: number): string | undefined {
  return CODEX_REVIEWER_MODELS.find(({ from }) => startMs(from) <= timeMs)?.model
}

function startMs(day: string | undefined): number {
  return day === undefined ? Number.NEGATIVE_INFINITY : Date.parse(day)
}

/** Overrides by lower-case model name; rules other than rates stay those of the list. */
function ownListings(overrides: readonly PriceOverride[], table: ReadonlyMap<string, Listing>): Map<string, Listing> {
  const own = new Map<string, Listing>()
  for (const [model, rows] of Map.groupBy(overrides, (override) => override.model.trim().toLowerCase())) {
    const { name } = modelIdOf(model)
    const [first] = rows
    if (first === undefined) continue
    const vendor = name.startsWith("claude") ? "anthropic" : "openai"
    const prices = table.get(name)?.prices ?? { model: name, vendor, rows: [first], tiers: {}, source: "configuration" }
    own.set(model, dated(prices, rows, true))
  }
  return own
}
