// StoreService: what the daemon keeps, and what people do with it by hand.

import { isAbsolute } from "node:path"
import type { MessageInitShape } from "@bufbuild/protobuf"
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt"
import type { ServiceImpl } from "@connectrpc/connect"
import type { PurgedConversationSchema, PurgeStoreRequest, StoreService } from "@vibecraft/shared/gen/vibecraft/v1/store_service_pb"
import { AGENT_CODE } from "../model/session-message.ts"
import type { KeptConversation, PurgeSelection, StorePort } from "../model/store-port.ts"
import { InvalidArgumentError } from "./errors.ts"
import { requireSocket } from "./transport.ts"

/** Longest path or id that is taken. */
const MAX_TEXT = 4096

export function createStoreService(store: StorePort): ServiceImpl<typeof StoreService> {
  return {
    getStore() {
      const { sizeBytes, bytesRead, oldestMs, ...rest } = store.overview()
      return {
        path: rest.path,
        isBehind: rest.isBehind,
        sizeBytes: BigInt(sizeBytes),
        bytesRead: BigInt(bytesRead),
        conversations: BigInt(rest.conversations),
        requests: BigInt(rest.requests),
        toolCalls: BigInt(rest.toolCalls),
        files: BigInt(rest.files),
        corrections: BigInt(rest.corrections),
        ...(bytesRead > 0 ? { growthRatio: sizeBytes / bytesRead } : {}),
        ...(oldestMs === undefined ? {} : { oldestTime: timestampFromMs(oldestMs) }),
      }
    },
    async compactStore(_request, context) {
      requireSocket(context, "compacting the store")
      const { beforeBytes, afterBytes } = await store.compact()
      return { beforeBytes: BigInt(beforeBytes), afterBytes: BigInt(afterBytes) }
    },
    async backupStore({ path }, context) {
      requireSocket(context, "backing up the store")
      if (!isAbsolute(path) || path.includes("\0") || path.length > MAX_TEXT) {
        throw new InvalidArgumentError("path", path, "an absolute path of a file that is not there yet")
      }
      return { sizeBytes: BigInt(await store.backUp(path)) }
    },
    async purgeStore(request, context) {
      requireSocket(context, "purging the store")
      const chosen = store.select(selectionOf(request))
      const conversations = chosen.map(toMessage)
      if (!request.confirmed) return { conversations, isRemoved: false }
      const { beforeBytes, afterBytes } = await store.purge(chosen.map(({ id }) => id))
      return { conversations, isRemoved: true, beforeBytes: BigInt(beforeBytes), afterBytes: BigInt(afterBytes) }
    },
  }
}

function selectionOf({ selection }: PurgeStoreRequest): PurgeSelection {
  switch (selection.case) {
    case "beforeTime":
      return { kind: "before", timeMs: timestampMs(selection.value) }
    case "project":
      if (!isAbsolute(selection.value) || selection.value.length > MAX_TEXT) {
        throw new InvalidArgumentError("project", selection.value, "an absolute path of a folder")
      }
      return { kind: "project", folder: selection.value }
    case "conversationId":
      if (selection.value === "" || selection.value.length > MAX_TEXT) {
        throw new InvalidArgumentError("conversation_id", selection.value, "the id of a conversation")
      }
      return { kind: "conversation", id: selection.value }
    case undefined:
      throw new InvalidArgumentError("selection", "", "before_time, project or conversation_id")
  }
}

function toMessage({ id, agent, name, project, lastMs, requests }: KeptConversation): MessageInitShape<typeof PurgedConversationSchema> {
  return {
    conversationId: id,
    agent: AGENT_CODE[agent],
    name,
    project: project ?? "",
    requests: BigInt(requests),
    ...(lastMs === undefined ? {} : { lastTime: timestampFromMs(lastMs) }),
  }
}
