// What the handlers of user and assistant lines read: with their results and messages those lines are most bytes of a transcript. Lines of
// other types are short or rare and are parsed whole. A test reads real transcripts and fails where a handler asks for what is not listed.

import type { LinePrefix } from "../line-prefix.ts"
import type { LineShape } from "../port.ts"
import { byRest, type Choose, either, list, object, present, type Shape, text, whole } from "../shape.ts"
import { TARGET_MEMBERS, TARGET_SHAPE } from "../tool-target.ts"
import { QUOTE_CHARS, RESULT_CHARS, TASK_CHARS } from "../word-hashes.ts"
import { isAgentCall } from "./agent-call.ts"
import type { ClaudeState } from "./state.ts"

const ID = text(200)
const ERROR_CHARS = 400
/** The report of a background task is a prompt too. */
export const PROMPT_CHARS = 6000

const contentUpTo = (units: number): Shape =>
  either(text(units), list(object({ type: text(40), text: text(units) })), object({ type: text(100) }))

/** Only what went wrong is told by its text, and what an agent answers. */
const resultContent = (units: number, isEveryRead: boolean): Choose => {
  const read = contentUpTo(units)
  return ({ type, is_error: isError }, isComplete) => {
    if (type === undefined || (isError === undefined && !isComplete)) return isComplete ? read : undefined
    return type === "tool_result" && isError !== true && !isEveryRead ? present : read
  }
}

const AGENT_INPUT: Shape = object({
  ...TARGET_MEMBERS,
  prompt: text(QUOTE_CHARS),
  subagent_type: text(200),
  run_in_background: present,
  resume: ID,
})

/** What an agent is asked is read at length. */
const inputOf: Choose = ({ name }, isComplete) => {
  if (name === undefined && !isComplete) return undefined
  return isAgentCall(name) ? AGENT_INPUT : TARGET_SHAPE
}

const blockWith = (content: Choose) => ({
  type: text(100),
  id: ID,
  name: ID,
  input: byRest(inputOf),
  tool_use_id: ID,
  is_error: present,
  content: byRest(content),
})

const common = { id: ID, model: ID, role: text(40), stop_reason: text(40), usage: whole }

/** What the model says is not read, what it is told is. Errors are written as answers, and told by their text. */
const messageWith = (content: Choose): Choose => {
  const block = blockWith(content)
  const answer = object({ ...common, content: list(object(block)) })
  const prompt = object({ ...common, content: either(text(PROMPT_CHARS), list(object({ ...block, text: text(TASK_CHARS) }))) })
  return ({ type, isApiErrorMessage: isError }, isComplete) => {
    if (type === "user") return prompt
    if (!isComplete) return undefined
    return type === "assistant" && isError !== true ? answer : prompt
  }
}

const toolUseResult = object({
  interrupted: present,
  timedOutAfterMs: present,
  status: text(40),
  team_name: ID,
  backgroundTaskId: present,
  agentId: ID,
  agentType: ID,
  totalDurationMs: present,
  durationMs: present,
  durationSeconds: present,
})

const lineWith = (message: Choose): LineShape => ({
  types: new Set(["user", "assistant"]),
  shape: object({ ...LINE, message: byRest(message) }),
})

const LINE: Readonly<Record<string, Shape>> = {
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
  apiErrorType: text(100),
  isCompactSummary: present,
  isMeta: present,
  toolDenialKind: text(100),
  toolDenialBeforeRun: present,
  permissionDecision: object({ source: text(100) }),
  teamName: ID,
  agentName: ID,
  toolUseResult,
}

const MESSAGE_LINE = lineWith(messageWith(resultContent(ERROR_CHARS, false)))
/** While an agent that was called has not answered, every result may be its answer. */
const ANSWER_LINE = lineWith(messageWith(resultContent(RESULT_CHARS, true)))

/** An assistant line says what it is behind its message only. */
export function claudeShapeOf({ type, nested }: LinePrefix, { agentCalls }: Pick<ClaudeState, "agentCalls">): LineShape | undefined {
  const mayBeMessage = type === undefined || type === "user" || type === "assistant"
  if (!mayBeMessage || nested !== "message") return undefined
  return agentCalls.open.length > 0 ? ANSWER_LINE : MESSAGE_LINE
}
