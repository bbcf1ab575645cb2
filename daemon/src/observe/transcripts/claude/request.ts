// The request that an assistant message was the answer to.

import type { RequestSeen } from "../../../domain/facts.ts"
import { asObject, asString, type JsonObject } from "../json-fields.ts"
import { leastOutput } from "./least-output.ts"
import { readUsage } from "./usage.ts"

/** Model name of lines that the client wrote itself. */
export const SYNTHETIC = "<synthetic>"

export interface AnsweredRequest {
  /** The line, for what stands beside the message. */
  readonly line: JsonObject
  readonly message: JsonObject
  readonly who: { readonly conversationId: string; readonly subagentId?: string }
  readonly timeMs: number
  readonly isSidechain: boolean
}

/** Undefined where the message bears no usage or no model answered. */
export function requestOf({ line, message, who, timeMs, isSidechain }: AnsweredRequest): RequestSeen | undefined {
  const usage = asObject(message["usage"])
  const model = asString(message["model"], 200) ?? ""
  if (usage === undefined || model === SYNTHETIC) return undefined
  const { tokens, factors: told } = readUsage(usage, model)
  const least = leastOutput(message, tokens.output)
  const factors = least === undefined ? told : { ...told, leastOutput: least }
  const requestId = asString(line["requestId"], 200)
  return {
    kind: "request-seen",
    ...who,
    timeMs,
    key: requestKey({ line, message, who, timeMs }),
    ...(requestId === undefined ? {} : { requestId }),
    sidechain: isSidechain,
    model,
    usage: tokens,
    ...(factors === undefined ? {} : { factors }),
  }
}

/** What names the request in every copy of its lines. */
export function requestKey({ line, message, who, timeMs }: Omit<AnsweredRequest, "isSidechain">): string {
  return asString(message["id"], 200) ?? asString(line["uuid"], 200) ?? `${who.conversationId}@${timeMs}`
}
