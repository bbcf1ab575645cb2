// What can be asked of the store by hand, without knowing how it keeps things.

import type { AgentKind } from "../domain/agent.ts"

export interface StoreOverview {
  readonly path: string
  /** Its log included. */
  readonly sizeBytes: number
  /** Of transcripts, over all runs. */
  readonly bytesRead: number
  readonly conversations: number
  readonly requests: number
  readonly toolCalls: number
  readonly files: number
  readonly corrections: number
  /** Unix milliseconds; undefined where it holds no conversation. */
  readonly oldestMs: number | undefined
  /** Something counted is still to be written. */
  readonly isBehind: boolean
}

/** A conversation that may be removed. */
export interface KeptConversation {
  readonly id: string
  readonly agent: AgentKind
  readonly name: string
  /** Folder; undefined where it is not known. */
  readonly project: string | undefined
  /** Unix milliseconds. */
  readonly firstMs: number | undefined
  readonly lastMs: number | undefined
  readonly requests: number
}

export type PurgeSelection =
  /** Without activity since then, Unix milliseconds. */
  | { readonly kind: "before"; readonly timeMs: number }
  /** In this folder or below it. */
  | { readonly kind: "project"; readonly folder: string }
  | { readonly kind: "conversation"; readonly id: string }

export interface SizeChange {
  readonly beforeBytes: number
  readonly afterBytes: number
}

/** Everything that writes throws StoreFailedError where it cannot. */
export interface StorePort {
  overview(): StoreOverview
  compact(): Promise<SizeChange>
  /** Writes a copy to an absolute path where nothing is yet; answers its bytes. */
  backUp(path: string): Promise<number>
  /** What a selection means, longest silent first. */
  select(selection: PurgeSelection): readonly KeptConversation[]
  /** Removes conversations for good, here and in the world. */
  purge(conversationIds: readonly string[]): Promise<SizeChange>
}

/** Thrown when the store cannot do what was asked; the message says why. */
export class StoreFailedError extends Error {
  override readonly name = "StoreFailedError"
}
