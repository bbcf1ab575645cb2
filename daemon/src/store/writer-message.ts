// What the daemon and its writing thread say to each other. Each question has one answer, in the order of the questions.

import type { Batch } from "./batch.ts"

export type WriterRequest =
  | { readonly kind: "write"; readonly batch: Batch }
  /** Gives the room of what was removed back to the disk. */
  | { readonly kind: "compact" }
  /** Writes a copy of the database, compact, to a path where nothing is yet. */
  | { readonly kind: "backup"; readonly path: string }
  /** Removes all that is kept of conversations, by the numbers of their names, and of cursors. */
  | { readonly kind: "purge"; readonly conversations: readonly number[]; readonly conversationIds: readonly string[] }
  | { readonly kind: "correction"; readonly id: number; readonly conversationId: string; readonly state: string }
  | { readonly kind: "close" }

export type WriterAnswer = { readonly kind: "done" } | { readonly kind: "failed"; readonly message: string; readonly isDamage: boolean }
