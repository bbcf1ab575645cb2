// The audit of MetricsService.

import type { ServiceImpl } from "@connectrpc/connect"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { MetricsService } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import type { PublishedWorld } from "../model/published-world.ts"
import { auditRows, auditSummary } from "./audit.ts"
import { NotFoundError } from "./errors.ts"
import { pageOf } from "./page.ts"

/** Reads what Codex counted itself, from its own indexes; what cannot be read is among the problems. */
export type ReadThreadTotals = () => Promise<{
  readonly threads: readonly { readonly id: string; readonly tokens: number }[]
  readonly problems: readonly string[]
}>

export function createAuditService(
  world: PublishedWorld,
  readThreadTotals: ReadThreadTotals,
): Pick<ServiceImpl<typeof MetricsService>, "audit"> {
  return {
    async audit(request) {
      const wanted = request.id === "" ? world.metrics(Scope.ALL) : world.metricsOf(request.id)
      if (wanted === undefined) throw new NotFoundError("session or conversation", request.id)
      const messages = wanted.map((row) => row.message)
      const { threads, problems } = await readThreadTotals()
      const sessionOf = new Map(messages.map(({ conversationId, sessionId }) => [conversationId, sessionId]))
      const rows = auditRows({
        rows: messages,
        threadTokens: new Map(threads.map(({ id, tokens }) => [id, tokens])),
        nameOf: (conversationId) => world.session(sessionOf.get(conversationId) ?? "")?.name ?? "",
        withUnread: request.id === "",
      })
      const { items, nextPageToken } = pageOf(rows, ({ conversationId }) => conversationId, request)
      return { rows: [...items], summary: auditSummary(rows), problems: [...problems], firstRead: world.firstRead(), nextPageToken }
    },
  }
}
