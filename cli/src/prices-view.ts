// What models cost, for a person: all of them as a table, or one at length with the reasons.

import { Certainty } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { DatedRates, ModelPricing, PriceFactor, PriceRates } from "@vibecraft/shared/gen/vibecraft/v1/pricing_pb"
import { safeText, truncate } from "@vibecraft/shared/safe-text"
import { type Column, type TableOptions, renderTable } from "./table.ts"
import { wrap } from "./wrap.ts"

export function renderPriceList(models: readonly ModelPricing[], { width, paint }: TableOptions): string[] {
  const table = renderTable(LIST_COLUMNS, models, { width, paint })
  const tail =
    "USD per million tokens, standard requests, today. ~ rests on an assumption. vibecraft prices MODEL says what else is charged and why"
  return [...table, "", ...wrap(tail, Math.max(20, width)).map((line) => paint("dim", line))]
}

export function renderPricing(pricing: ModelPricing, options: TableOptions): string[] {
  const { paint, width } = options
  const { requested, model, vendor, source, certainty, reasons, history, factors } = pricing
  const word = certainty === Certainty.PRICED ? "priced" : certainty === Certainty.ESTIMATED ? "estimated" : "unpriced"
  const style = certainty === Certainty.UNPRICED ? "attention" : certainty === Certainty.ESTIMATED ? "busy" : "good"
  const room = Math.max(20, width - 2)
  const indented = (text: string): string[] => wrap(text, room).map((line) => `  ${line}`)
  const table = (lines: readonly string[]): string[] => ["", ...lines.map((line) => `  ${line}`)]
  const inner = { paint, width: width - 2 }
  const maker = [safeText(model), safeText(vendor)].filter((part) => part !== "").join(", ")
  return [
    `${paint("bold", truncate(safeText(requested), room - 9))}  ${paint(style, word)}`,
    ...(model === "" ? [] : indented(`charged as ${maker}; ${safeText(source)}`)),
    ...reasons.flatMap((reason) => indented(safeText(reason))),
    ...(history.length === 0 ? [] : table(renderTable(HISTORY_COLUMNS, history, inner))),
    ...(factors.length === 0 ? [] : table(renderTable(FACTOR_COLUMNS, factors, inner))),
    ...(history.length === 0 ? [] : ["", ...indented(MARKS).map((line) => paint("dim", line))]),
    ...(certainty === Certainty.UNPRICED ? ["", ...wrap(ADVICE, Math.max(20, width))] : []),
  ]
}

const MARKS = "USD per million tokens; * applies now; ~ rests on an assumption"
const ADVICE = "Give it a price in the configuration, or take one over: vibecraft prices import FILE"

type RateName = "input" | "output" | "cache_read" | "cache_write_5m" | "cache_write_1h"

const RATE: Readonly<Record<RateName, (rates: PriceRates) => bigint>> = {
  input: (rates) => rates.inputNanosUsd,
  output: (rates) => rates.outputNanosUsd,
  cache_read: (rates) => rates.cacheReadNanosUsd,
  cache_write_5m: (rates) => rates.cacheWrite5mNanosUsd,
  cache_write_1h: (rates) => rates.cacheWrite1hNanosUsd,
}

function rateColumns<Row extends { readonly rates?: PriceRates | undefined }>(): readonly Column<Row>[] {
  const column = (header: string, name: RateName, importance: number): Column<Row> => ({
    header,
    text: ({ rates }) => (rates === undefined ? "" : `${rates.assumed.includes(name) ? "~" : ""}${usdText(RATE[name](rates))}`),
    align: "right",
    importance,
  })
  return [
    column("IN", "input", 12),
    column("OUT", "output", 11),
    column("CACHE R", "cache_read", 9),
    column("CACHE W", "cache_write_5m", 8),
    column("CACHE W 1H", "cache_write_1h", 7),
  ]
}

const LIST_COLUMNS: readonly Column<ModelPricing>[] = [
  {
    header: "MODEL",
    text: ({ requested, certainty }) => `${safeText(requested)}${certainty === Certainty.ESTIMATED ? " ~" : ""}`,
    min: 12,
    importance: 20,
  },
  ...rateColumns<ModelPricing>(),
  { header: "SOURCE", text: ({ source }) => safeText(source), style: () => "dim", min: 10, importance: 3 },
]

const HISTORY_COLUMNS: readonly Column<DatedRates>[] = [
  { header: "", text: ({ applies }) => (applies ? "*" : ""), importance: 15 },
  { header: "FROM", text: ({ effectiveFrom }) => safeText(effectiveFrom) || "release", importance: 20 },
  ...rateColumns<DatedRates>(),
  { header: "SOURCE", text: ({ source }) => safeText(source), style: () => "dim", min: 10, importance: 3 },
]

const FACTOR_COLUMNS: readonly Column<PriceFactor>[] = [
  { header: "WHEN", text: ({ condition }) => safeText(condition), min: 12, importance: 9 },
  { header: "COSTS", text: factorText, min: 12, importance: 8 },
]

function factorText({ promptTimes, outputTimes, eachNanosUsd, assumed }: PriceFactor): string {
  const mark = assumed ? "~" : ""
  if (eachNanosUsd > 0n) return `${mark}$${usdText(eachNanosUsd)} each`
  if (promptTimes === outputTimes) return `${mark}${promptTimes} times`
  return `${mark}${promptTimes} times the prompt, ${outputTimes} times the output`
}

/** "3", "0.25", "0.0125": as price lists write it. */
export function usdText(nanosUsd: bigint): string {
  return `${Number(nanosUsd) / 1e9}`
}
