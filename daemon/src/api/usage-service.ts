// The part of MetricsService that reports and corrects: usage by day, model and so on, corrections by hand.

import { create, type MessageInitShape } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import type { ServiceImpl } from "@connectrpc/connect"
import { CostSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { MetricsService } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { type Correction, CorrectionSchema, type TokenCountsSchema } from "@vibecraft/shared/gen/vibecraft/v1/usage_pb"
import type { CorrectionDesk } from "../model/correction-desk.ts"
import { type CorrectionRecord, type Corrections, type SomeTokens, TOKEN_CLASSES } from "../model/corrections.ts"
import type { PublishedWorld } from "../model/published-world.ts"
import type { UsageAnswer } from "../model/usage-books.ts"
import type { UsageQuery } from "../model/usage-report.ts"
import { CorrectedSum } from "../model/usage-sum.ts"
import { InvalidArgumentError } from "./errors.ts"
import { pageOf } from "./page.ts"
import { parseNewCorrection, parseUsageQuery } from "./parse-usage.ts"
import { requireSocket } from "./transport.ts"

/** What reports and corrections come from. */
export interface UsageBooksPort {
  report(query: UsageQuery): UsageAnswer
  readonly corrections: Pick<Corrections, "list" | "effectsOf">
  readonly desk: Pick<CorrectionDesk, "correct" | "undo">
}

type UsageMethods = Pick<ServiceImpl<typeof MetricsService>, "listUsage" | "correctUsage" | "listCorrections">

export function createUsageService(world: PublishedWorld, books: UsageBooksPort): UsageMethods {
  return {
    listUsage(request) {
      const answer = books.report(parseUsageQuery(request))
      const { items, nextPageToken } = pageOf(answer.rows, (row) => row.id, request)
      return {
        rows: [...items],
        total: answer.total,
        burnRates: [...answer.burnRates],
        runningBlocks: [...answer.runningBlocks],
        rateLimits: [...answer.rateLimits],
        firstRead: world.firstRead(),
        nextPageToken,
      }
    },
    async correctUsage({ action }, context) {
      requireSocket(context, "correcting usage")
      const record = await carriedOut(books, action)
      const metrics = world.metricsRow(record.conversationId)?.message
      return { correction: correctionMessage(record, books), ...(metrics === undefined ? {} : { metrics }) }
    },
    listCorrections(request) {
      const list = books.corrections.list(request.conversationId === "" ? undefined : request.conversationId)
      const { items, nextPageToken } = pageOf(list, ({ id }) => `${id}`, request)
      return { corrections: items.map((record) => correctionMessage(record, books)), nextPageToken }
    },
  }
}

function carriedOut({ desk }: UsageBooksPort, action: Parameters<UsageMethods["correctUsage"]>[0]["action"]): Promise<CorrectionRecord> {
  switch (action.case) {
    case "correction":
      return desk.correct(parseNewCorrection(action.value))
    case "undoId":
      return desk.undo(Number(action.value))
    default:
      throw new InvalidArgumentError("action", "", "a correction to make, or the number of one to take back")
  }
}

function correctionMessage(record: CorrectionRecord, { corrections }: UsageBooksPort): Correction {
  const sum = new CorrectedSum()
  for (const effect of corrections.effectsOf(record.conversationId)) if (effect.record.id === record.id) sum.add(effect)
  const { tokens, cost = create(CostSchema) } = sum.message() ?? {}
  return create(CorrectionSchema, {
    id: BigInt(record.id),
    conversationId: record.conversationId,
    set: countsMessage(record.set),
    add: countsMessage(record.add),
    note: record.note,
    model: record.model,
    createdTime: timestampFromMs(record.createdMs),
    usageTime: timestampFromMs(record.usageMs),
    tokens: tokens ?? {},
    cost,
    ...(record.undoneMs === undefined ? {} : { undoneTime: timestampFromMs(record.undoneMs) }),
  })
}

function countsMessage(tokens: SomeTokens): MessageInitShape<typeof TokenCountsSchema> {
  const named = TOKEN_CLASSES.flatMap((name) => (tokens[name] === undefined ? [] : [[name, BigInt(tokens[name])] as const]))
  return Object.fromEntries(named)
}
