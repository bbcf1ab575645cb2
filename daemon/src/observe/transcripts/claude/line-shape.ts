// What the handlers of user and assistant lines read: with their results and messages those lines are most bytes of a transcript. Lines of
// other types are short or rare and are parsed whole. A test reads real transcripts and fails where a handler asks for what is not listed.

import type { LinePrefix } from "../line-prefix.ts"
import type { LineShape } from "../port.ts"
import { byRest, type Choose, either, list, object, present, text, whole } from "../shape.ts"
import { TARGET_SHAPE } from "../tool-target.ts"

const ID = text(200)
const RESULT_CHARS = 400
const PROMPT_CHARS = 2000

const resultBlocks = list(object({ type: text(40), text: text(RESULT_CHARS) }))

const resultContent = either(text(RESULT_CHARS), resultBlocks, object({ type: text(100), error_code: text(100) }))

/** Only what went wrong is told by its text. */
const contentOf: Choose = ({ type, is_error: isError }, isComplete) => {
  if (type === undefined || (isError === undefined && !isComplete)) return isComplete ? resultContent : undefined
  return type === "tool_result" && isError !== true ? present : resultContent
}

const block = {
  type: text(100),
  id: ID,
  name: ID,
  input: TARGET_SHAPE,
  tool_use_id: ID,
  is_error: present,
  content: byRest(contentOf),
}

const common = { id: ID, model: ID, role: text(40), stop_reason: text(40), usage: whole }
/** What the model says is not read, what it is told is. */
const answer = object({ ...common, content: list(object(block)) })
const prompt = object({ ...common, content: either(text(PROMPT_CHARS), list(object({ ...block, text: text(RESULT_CHARS) }))) })

/** Errors are written as answers, and told by their text. */
const messageOf: Choose = ({ type, isApiErrorMessage: isError }, isComplete) => {
  if (type === "user") return prompt
  if (!isComplete) return undefined
  return type === "assistant" && isError !== true ? answer : prompt
}

const toolUseResult = object({
  interrupted: present,
  timedOutAfterMs: present,
  status: text(40),
  backgroundTaskId: present,
  agentId: ID,
  agentType: ID,
  totalDurationMs: present,
  durationMs: present,
  durationSeconds: present,
})

const messageLine = object({
  type: text(100),
  sessionId: ID,
  timestamp: text(40),
  uuid: ID,
  requestId: ID,
  agentId: ID,
  attributionAgent: text(800),
  requestSessionId: ID,
  forkedFrom: object({ sessionId: ID }),
  isSidechain: present,
  cwd: text(4096),
  gitBranch: text(300),
  version: text(100),
  entrypoint: text(100),
  isApiErrorMessage: present,
  error: text(100),
  apiError: text(100),
  apiErrorType: text(100),
  apiErrorStatus: present,
  isCompactSummary: present,
  isMeta: present,
  toolDenialKind: text(100),
  toolDenialBeforeRun: present,
  permissionDecision: object({ decision: text(40), source: text(100) }),
  toolUseResult,
  message: byRest(messageOf),
})

const MESSAGE_LINE: LineShape = { types: new Set(["user", "assistant"]), shape: messageLine }

/** An assistant line says what it is behind its message only. */
export function claudeShapeOf({ type, nested }: LinePrefix): LineShape | undefined {
  const mayBeMessage = type === undefined || type === "user" || type === "assistant"
  return mayBeMessage && nested === "message" ? MESSAGE_LINE : undefined
}
