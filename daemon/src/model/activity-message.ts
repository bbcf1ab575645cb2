// An activity as the contract publishes it, with the words that are looked up only now: a conversation's title, what was said of an error. Where
// they are no longer known they are left out.

import { create } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import { type Activity as ActivityMessage, ActivityKind as KindCode, ActivitySchema } from "@vibecraft/shared/gen/vibecraft/v1/activity_pb"
import type { Activity, ActivityKind } from "./activity.ts"
import type { Conversation } from "./conversation.ts"
import { ERROR_CLASS } from "./error-messages.ts"
import type { FailureTally } from "./failure-tally.ts"
import { keyHash } from "./key-hash.ts"
import type { Roster } from "./roster.ts"
import { STATUS_CODE } from "./session-message.ts"
import { conversationName } from "./session-name.ts"

/** The parts of the world that words come from. */
export interface ActivityWorld {
  readonly conversations: ReadonlyMap<string, Conversation>
  readonly roster: Roster
}

/** As the contract writes it. */
export const ACTIVITY_KIND_CODE: Readonly<Record<ActivityKind, KindCode>> = {
  prompt: KindCode.PROMPT,
  "tool-start": KindCode.TOOL_START,
  "tool-end": KindCode.TOOL_END,
  wait: KindCode.WAIT,
  answer: KindCode.ANSWER,
  stop: KindCode.STOP,
  "api-error": KindCode.API_ERROR,
  "hook-failure": KindCode.HOOK_FAILURE,
  discovered: KindCode.DISCOVERED,
  gone: KindCode.GONE,
  "subagent-start": KindCode.SUBAGENT_START,
  "subagent-end": KindCode.SUBAGENT_END,
  compaction: KindCode.COMPACTION,
  "model-switch": KindCode.MODEL_SWITCH,
}

export function activityMessage(activity: Activity, world: ActivityWorld, includePrompts: boolean): ActivityMessage {
  const { id, timeMs, kind, conversationId, subagentId, callId, durationMs, outcome, status } = activity
  const detail = detailOf(activity, world, includePrompts)
  const errorClass = outcome === undefined ? undefined : ERROR_CLASS[outcome]
  return create(ActivitySchema, {
    id: BigInt(id),
    time: timestampFromMs(timeMs),
    kind: ACTIVITY_KIND_CODE[kind],
    sessionId: activity.sessionId ?? (conversationId === undefined ? undefined : world.roster.sessionOf(conversationId)?.id) ?? "",
    title: titleOf(activity, world),
    ...(conversationId === undefined ? {} : { conversationId }),
    ...(subagentId === undefined ? {} : { subagentId }),
    ...(detail === undefined ? {} : { detail }),
    ...(durationMs === undefined ? {} : { durationMs: BigInt(Math.round(durationMs)) }),
    ...(errorClass === undefined ? {} : { errorClass }),
    ...(callId === undefined ? {} : { toolCallId: callId }),
    ...(status === undefined ? {} : { status: STATUS_CODE[status] }),
  })
}

function titleOf({ kind, title, conversationId, subagentId, isRetried }: Activity, { conversations }: ActivityWorld): string {
  const conversation = conversationId === undefined ? undefined : conversations.get(conversationId)
  switch (kind) {
    case "prompt":
      return conversationId === undefined ? "" : conversationName(conversationId, conversation)
    case "subagent-start":
    case "subagent-end":
      return (subagentId === undefined ? conversation?.meta.subagentType : conversation?.subagents.get(subagentId)?.agentType) ?? ""
    case "api-error":
      return isRetried === true ? `${title}, tried again` : (title ?? "")
    default:
      return title ?? ""
  }
}

function detailOf(activity: Activity, { conversations }: ActivityWorld, includePrompts: boolean): string | undefined {
  const { kind, title = "", timeMs, conversationId, callId, outcome, target } = activity
  const trouble = conversationId === undefined ? undefined : conversations.get(conversationId)?.trouble
  switch (kind) {
    case "prompt":
      return includePrompts ? activity.prompt : undefined
    case "tool-start":
      return target
    case "tool-end":
      if (callId === undefined || outcome === undefined || outcome === "ok") return target
      return trouble?.exampleOf(keyHash(callId), outcome, title) ?? target
    case "api-error":
      return trouble === undefined ? undefined : saidAt(trouble.apiErrors, title, timeMs)
    case "hook-failure":
      return trouble === undefined ? undefined : saidAt(trouble.hookFailures, title, timeMs)
    case "subagent-end":
      return title === "done" ? undefined : title
    default:
      return undefined
  }
}

/** The words of the last failure of a kind, where it was at this time. */
function saidAt(tally: FailureTally, word: string, timeMs: number): string | undefined {
  const sum = tally.sums.get(word)
  return sum?.lastMs === timeMs ? sum.lastExample : undefined
}
