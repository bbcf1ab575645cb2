// What people ask of the store by hand.

import { statSync } from "node:fs"
import type { DatabaseSync } from "node:sqlite"
import { type KeptConversation, type PurgeSelection, StoreFailedError, type StorePort } from "../model/store-port.ts"
import type { World } from "../model/world.ts"
import type { Names } from "./names.ts"
import type { StoreState } from "./store.ts"
import type { Writer } from "./writer.ts"

export interface StoreDeskOptions {
  readonly database: DatabaseSync
  readonly names: Names
  readonly writer: Pick<Writer, "ask">
  /** The world that the store follows; undefined before it follows one. */
  readonly world: () => World | undefined
  readonly state: () => StoreState
  /** Writes all that is folded by now. Answers whether that was possible. */
  readonly flush: () => Promise<boolean>
  /** These conversations are no more. */
  readonly onPurged: (conversationIds: readonly string[]) => void
}

export function createStoreDesk(options: StoreDeskOptions): StorePort {
  const { database, names, writer, world } = options
  const { path } = options.state()

  function sizeBytes(): number {
    return [path, `${path}-wal`].reduce((bytes, file) => bytes + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0)
  }

  function countOf(table: "cursors" | "corrections"): number {
    return Number(database.prepare(`SELECT count(*) n FROM ${table}`).get()?.["n"] ?? 0)
  }

  function kept(): KeptConversation[] {
    return [...(world()?.history.kept() ?? [])]
  }

  /** `request` is made when all is written: until then what is new has no number. */
  async function ask(request: () => Parameters<Writer["ask"]>[0]): Promise<void> {
    if (!(await options.flush())) throw new StoreFailedError("the store cannot be written to now; vibecraft status says why")
    try {
      await writer.ask(request())
    } catch (cause) {
      throw new StoreFailedError(cause instanceof Error ? cause.message : String(cause), { cause })
    }
  }

  async function changingSize(work: () => Promise<void>): Promise<{ beforeBytes: number; afterBytes: number }> {
    const beforeBytes = sizeBytes()
    await work()
    return { beforeBytes, afterBytes: sizeBytes() }
  }

  return {
    overview() {
      const all = kept()
      const { bytesRead, isBehind } = options.state()
      const counts = world()?.counts ?? { requests: 0, toolCalls: 0 }
      const oldestMs = all.reduce<number | undefined>((least, { firstMs }) => smaller(least, firstMs), undefined)
      const held = { conversations: all.length, ...counts, files: countOf("cursors"), corrections: countOf("corrections") }
      return { path, sizeBytes: sizeBytes(), bytesRead, isBehind, oldestMs, ...held }
    },
    compact: () => changingSize(() => ask(() => ({ kind: "compact" }))),
    async backUp(target) {
      await ask(() => ({ kind: "backup", path: target }))
      return statSync(target).size
    },
    select: (selection) =>
      kept()
        .filter((conversation) => isMeant(conversation, selection))
        .toSorted(bySilence),
    purge: (conversationIds) =>
      changingSize(async () => {
        await ask(() => ({ kind: "purge", conversations: conversationIds.flatMap((id) => names.known(id) ?? []), conversationIds }))
        world()?.forget(conversationIds)
        options.onPurged(conversationIds)
      }),
  }
}

function isMeant({ id, lastMs, firstMs, project }: KeptConversation, selection: PurgeSelection): boolean {
  if (selection.kind === "conversation") return id === selection.id
  if (selection.kind === "before") return (lastMs ?? firstMs ?? 0) < selection.timeMs
  const folder = selection.folder.replace(/(?<=.)\/+$/u, "")
  return project !== undefined && (project === folder || project.startsWith(folder === "/" ? "/" : `${folder}/`))
}

function bySilence(a: KeptConversation, b: KeptConversation): number {
  return (a.lastMs ?? 0) - (b.lastMs ?? 0) || (a.id < b.id ? -1 : 1)
}

function smaller(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b)
}
