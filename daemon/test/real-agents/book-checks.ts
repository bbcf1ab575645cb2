// Tokens and money: what the daemon counted is what the scripted API said, and what the client booked itself.

import { readFileSync } from "node:fs"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { Certainty, type Metrics } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { ClientDiffers, DaemonDiffers } from "./check-log.ts"
import { type Journey, same } from "./journey.ts"
import type { ReplyTokens } from "./reply.ts"
import { transcriptsOf } from "./transcript-truth.ts"

const CEILING_MS = 20_000
/** More than any client would guess for the few words of an answer that is broken off here. */
const GUESSED_TOKENS = 20

export async function bookChecks({ lab, talk, log }: Journey): Promise<void> {
  const turns = lab.api.served.filter(({ kind }) => kind === "turn")
  const sides = lab.api.served.filter(({ kind }) => kind === "side")
  const told = turns.filter(({ tokens }) => tokens.input + tokens.output > 0)
  const wanted = sumOf(told.map(({ tokens }) => tokens))
  let rows: readonly Metrics[] = []
  await log.check("tokens, by class", async () => {
    const found = (of: readonly Metrics[]) => sumOf(of.flatMap(({ tokens }) => (tokens === undefined ? [] : [asNumbers(tokens)])))
    for (const deadlineMs = Date.now() + CEILING_MS; ;) {
      rows = (await lab.daemon.metrics.listMetrics({ scope: Scope.ALL })).metrics
      if (JSON.stringify(found(rows)) === JSON.stringify(wanted) || Date.now() > deadlineMs) break
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    same(found(rows), wanted)
    return { note: `${told.length} answers, ${Object.values(wanted).reduce((sum, count) => sum + count, 0)} tokens` }
  })
  await log.check("requests", async () => {
    same({ requests: rows.reduce((sum, row) => sum + Number(row.requests), 0) }, { requests: told.length })
  })
  await log.check("cost, at list price", async () => {
    const price = talk.price
    const nanos =
      wanted.input * price.input +
      wanted.output * price.output +
      wanted.cacheRead * price.cacheRead +
      wanted.cacheWrite5m * price.cacheWrite5m +
      wanted.cacheWrite1h * price.cacheWrite1h
    same({ nanosUsd: rows.reduce((sum, row) => sum + Number(row.cost?.nanosUsd), 0) }, { nanosUsd: nanos })
    const unsure = rows.filter(({ cost }) => cost?.certainty !== Certainty.PRICED).length
    return { note: `${(nanos / 1e9).toFixed(6)} USD${unsure === 0 ? "" : `, ${unsure} conversations estimated`}` }
  })
  await log.check("cost, against the client's own books", async () => {
    const compared: string[] = []
    // Of an answer that was broken off the client guesses what it cost; the API had named one token of output.
    const broken = lab.api.served.some(({ kind, complete }) => kind === "turn" && !complete)
    let guessed = 0
    for (const path of transcriptsOf(lab.home, talk)) {
      const id = talk.conversationOf(path)
      const own = lastOwnTotal(path)
      const row = rows.find(({ conversationId }) => conversationId === id)
      if (id === undefined || own === undefined || row === undefined) continue
      const apart = Math.round(own * 1e9) - Number(row.cost?.nanosUsd)
      if (apart < 0 || apart > (broken ? GUESSED_TOKENS * talk.price.output : 0)) {
        throw new DaemonDiffers(`${id.slice(0, 8)}: ${apart / 1e9} USD less than the client says`)
      }
      guessed += apart
      compared.push(id)
    }
    if (compared.length === 0) throw new ClientDiffers("it writes no total of its own")
    const guess = guessed === 0 ? "" : `, but for ${guessed / 1e9} USD that it guesses for the answer broken off`
    return { note: `${compared.length} conversations${guess}` }
  })
  await log.check("answers beside the turns (titles and the like)", async () => {
    if (sides.length === 0) throw new ClientDiffers("it asks for none")
    return {
      note: `${sides.length} asked, ${sumOf(sides.map(({ tokens }) => tokens)).output} output tokens; in no transcript, so in no total`,
    }
  })
}

interface Sums extends Record<string, number> {
  readonly input: number
  readonly output: number
  readonly reasoning: number
  readonly cacheRead: number
  readonly cacheWrite5m: number
  readonly cacheWrite1h: number
}

function sumOf(of: readonly ReplyTokens[]): Sums {
  const sum = (member: (one: ReplyTokens) => number | undefined): number => of.reduce((total, one) => total + (member(one) ?? 0), 0)
  return {
    input: sum((one) => one.input),
    output: sum((one) => one.output),
    reasoning: sum((one) => one.reasoning),
    cacheRead: sum((one) => one.cacheRead),
    cacheWrite5m: sum((one) => one.cacheWrite5m),
    cacheWrite1h: sum((one) => one.cacheWrite1h),
  }
}

function asNumbers(tokens: NonNullable<Metrics["tokens"]>): ReplyTokens {
  return {
    input: Number(tokens.input),
    output: Number(tokens.output),
    reasoning: Number(tokens.reasoning),
    cacheRead: Number(tokens.cacheRead),
    cacheWrite5m: Number(tokens.cacheWrite5m),
    cacheWrite1h: Number(tokens.cacheWrite1h),
  }
}

/** The last total, in US dollars, that Claude Code wrote of a conversation; it holds every call, also those in no transcript. */
function lastOwnTotal(path: string): number | undefined {
  const line = readFileSync(path, "utf8")
    .split("\n")
    .findLast((one) => one.startsWith('{"type":"cost-state"'))
  const own: unknown = line === undefined ? undefined : JSON.parse(line)
  return typeof own === "object" && own !== null && "totalCostUSD" in own && typeof own.totalCostUSD === "number"
    ? own.totalCostUSD
    : undefined
}
