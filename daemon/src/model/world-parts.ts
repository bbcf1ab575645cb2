// The parts of the world that facts are folded into.

import type { ActivityLog } from "./activity-log.ts"
import type { Clocks } from "./clocks.ts"
import type { Conversation } from "./conversation.ts"
import type { Hierarchy } from "./hierarchy/hierarchy.ts"
import type { Ledger } from "./ledger.ts"
import type { Reconciler } from "./reconciler.ts"
import type { Roster } from "./roster.ts"
import type { ToolCalls } from "./tool-calls.ts"
import type { UsageBooks } from "./usage-books.ts"

export interface WorldParts {
  readonly ledger: Ledger
  readonly tools: ToolCalls
  readonly clocks: Clocks
  readonly reconciler: Reconciler
  readonly usage: UsageBooks
  readonly roster: Roster
  readonly conversations: Map<string, Conversation>
  readonly activities: ActivityLog
  readonly hierarchy: Hierarchy
}
