// `vibecraft prices import FILE`: takes prices from a list in LiteLLM's form into the configuration, after showing what would change.

import { DaemonService } from "@vibecraft/shared/gen/vibecraft/v1/daemon_service_pb"
import type { ModelPricing, PriceRates } from "@vibecraft/shared/gen/vibecraft/v1/pricing_pb"
import { safeText } from "@vibecraft/shared/safe-text"
import { readFile } from "node:fs/promises"
import { basename } from "node:path"
import type { CommandContext, CommonOptions } from "../command-context.ts"
import { CommandError, UsageError } from "../command-error.ts"
import { type ConfigPrice, ConfigEditError, withPrices } from "../config-prices.ts"
import type { DaemonConnection } from "../connect-daemon.ts"
import { type BadEntry, type ListedPrice, NoPriceListError, type PriceList, readPriceList } from "../litellm-prices.ts"
import { usdText } from "../prices-view.ts"
import { replaceFile } from "../replace-file.ts"
import { type Column, renderTable } from "../table.ts"

export interface PricesImportOptions extends CommonOptions {
  readonly only?: string
  readonly from?: string
  readonly config?: string
  readonly yes?: boolean
}

/** A price that the list has and that is not charged now. */
interface Change {
  readonly price: ConfigPrice
  readonly now: PriceRates | undefined
}

/** Models that the agents run, sold by their makers. */
const MAKERS: ReadonlySet<string> = new Set(["anthropic", "openai"])
const AGENT_MODEL = /^(?:claude|gpt|codex|o\d)[a-z0-9.-]*$/i
const MOST_BAD_SHOWN = 10

export async function pricesImport({ daemon, terminal }: CommandContext, options: PricesImportOptions, file: string): Promise<void> {
  checkDay(options.from)
  const list = await readList(file)
  const today = new Date(terminal.now()).toISOString().slice(0, 10)
  const wanted = chosen(list, options.only)
  const { changes, same, configPath } = await compare(daemon, wanted, options.from ?? today, options.from)
  const target = options.config ?? configPath
  const { paint } = terminal
  for (const line of badLines(list.bad)) terminal.note(line)
  const counts = `${list.prices.length} prices in the list, ${wanted.length} of models that agents run, ${same} as they are charged already`
  if (changes.length === 0) return terminal.print([`Nothing to change: ${counts}.`])
  const source = await readFile(target, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return ""
    throw new CommandError(`${target} cannot be read (${error.code ?? "unknown error"}); make it a readable file`, { cause: error })
  })
  const remark = `from ${safeText(basename(file)).slice(0, 80)}, ${today}`
  const text = edited(target, source, changes, remark)
  await terminal.print([...renderTable(COLUMNS, changes, { width: terminal.width(), paint }), "", `${counts}.`])
  if (options.yes !== true) return terminal.print([`Nothing is written yet. To write ${changes.length} to ${safeText(target)}, add --yes`])
  await replaceFile(target, text)
  return terminal.print([`Wrote ${changes.length} to ${safeText(target)}. Restart vibecraftd to charge them.`])
}

async function readList(file: string): Promise<PriceList> {
  try {
    return readPriceList(await readFile(file, "utf8"))
  } catch (error) {
    if (error instanceof NoPriceListError) throw new CommandError(`${file} is no price list: ${safeText(error.message)}`, { cause: error })
    const code = error instanceof Error && "code" in error ? String(error.code) : undefined
    if (code === undefined) throw error
    throw new CommandError(`${file} cannot be read (${code})`, { cause: error })
  }
}

function chosen({ prices, bad }: PriceList, only: string | undefined): readonly ListedPrice[] {
  if (only === undefined) return prices.filter(({ model, provider }) => MAKERS.has(provider) && AGENT_MODEL.test(model))
  return only.split(",").map((name) => {
    const model = name.trim().toLowerCase()
    const price = prices.find((one) => one.model.toLowerCase() === model)
    if (price !== undefined) return price
    const wrong = bad.find((one) => one.model.toLowerCase() === model)
    throw new CommandError(wrong === undefined ? `the list has no price of "${safeText(name.trim())}"` : badText(wrong))
  })
}

/** Holds the list against what is charged on the day. `from` is what the user asked for. */
async function compare(daemon: DaemonConnection, wanted: readonly ListedPrice[], day: string, from: string | undefined) {
  const changes: Change[] = []
  let configPath = ""
  for (const listed of wanted) {
    const answer = await daemon.call(DaemonService.method.getPricing, { model: listed.model })
    configPath = answer.configPath
    const [now] = answer.models
    if (isCharged(listed, now)) continue
    const { provider: _provider, ...rates } = listed
    const start = from === "always" ? undefined : (from ?? (now?.rates === undefined ? undefined : day))
    changes.push({ price: { ...rates, from: start }, now: now?.rates })
  }
  return { changes, same: wanted.length - changes.length, configPath }
}

/** Whether every price that the list gives is what is charged. */
function isCharged(listed: ListedPrice, now: ModelPricing | undefined): boolean {
  const rates = now?.rates
  if (rates === undefined) return false
  const pairs: readonly (readonly [number | undefined, bigint])[] = [
    [listed.input, rates.inputNanosUsd],
    [listed.output, rates.outputNanosUsd],
    [listed.cacheRead, rates.cacheReadNanosUsd],
    [listed.cacheWrite5m, rates.cacheWrite5mNanosUsd],
    [listed.cacheWrite1h, rates.cacheWrite1hNanosUsd],
  ]
  return pairs.every(([usd, nanos]) => usd === undefined || BigInt(Math.round(usd * 10_000)) * 100_000n === nanos)
}

function edited(target: string, source: string, changes: readonly Change[], remark: string): string {
  try {
    return withPrices(
      source,
      changes.map(({ price }) => price),
      remark,
    )
  } catch (error) {
    if (!(error instanceof ConfigEditError)) throw error
    throw new CommandError(`${target}: ${error.message}`, { cause: error })
  }
}

function badLines(bad: readonly BadEntry[]): string[] {
  const lines = bad.slice(0, MOST_BAD_SHOWN).map((entry) => `passed over: ${badText(entry)}`)
  return bad.length > MOST_BAD_SHOWN ? [...lines, `passed over: ${bad.length - MOST_BAD_SHOWN} more that are wrong`] : lines
}

function badText({ model, problem }: BadEntry): string {
  return `"${safeText(model).slice(0, 80)}" ${problem}`
}

function checkDay(from: string | undefined): void {
  if (from === undefined || from === "always") return
  const ms = /^\d{4}-\d\d-\d\d$/.test(from) ? Date.parse(from) : Number.NaN
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== from) {
    throw new UsageError(`--from ${JSON.stringify(from)}: give a day like 2026-11-20, or always`)
  }
}

function rateColumn(
  header: string,
  name: keyof ListedPrice & keyof ConfigPrice,
  nowOf: (rates: PriceRates) => bigint,
  importance: number,
): Column<Change> {
  const text = ({ price, now }: Change): string => {
    const usd = price[name]
    if (usd === undefined) return ""
    const before = now === undefined ? undefined : usdText(nowOf(now))
    return before === undefined || before === `${usd}` ? `${usd}` : `${before} → ${usd}`
  }
  return { header, text, align: "right", importance }
}

const COLUMNS: readonly Column<Change>[] = [
  {
    header: "",
    text: ({ now }) => (now === undefined ? "new" : "changed"),
    style: ({ now }) => (now === undefined ? "good" : "attention"),
    importance: 15,
  },
  { header: "MODEL", text: ({ price }) => safeText(price.model), min: 12, importance: 20 },
  rateColumn("IN", "input", (rates) => rates.inputNanosUsd, 12),
  rateColumn("OUT", "output", (rates) => rates.outputNanosUsd, 11),
  rateColumn("CACHE R", "cacheRead", (rates) => rates.cacheReadNanosUsd, 9),
  rateColumn("CACHE W", "cacheWrite5m", (rates) => rates.cacheWrite5mNanosUsd, 8),
  rateColumn("CACHE W 1H", "cacheWrite1h", (rates) => rates.cacheWrite1hNanosUsd, 7),
  { header: "FROM", text: ({ price }) => price.from ?? "always", importance: 10 },
]
