// What is read of a line. A test reads real transcripts and fails where a handler asks for what is not listed.

import { dropping, either, ifTold, list, object, present, repeated, type Shape, telling, text, whole } from "../shape.ts"
import { TARGET_MEMBERS, TARGET_SHAPE } from "../tool-target.ts"
import { QUOTE_CHARS, RESULT_CHARS, TASK_CHARS } from "../word-hashes.ts"
import { SAID_SHAPE } from "./least-output.ts"
import { SILENT_TYPES } from "./line-types.ts"

const ID = text(200)
/** What most lines of a file have in common. */
const common = (): Shape => repeated(250)
const ERROR_CHARS = 400
/** The report of a background task is a prompt too. */
const PROMPT_CHARS = 6000

const SAID = text(800)

const resultContent = either(
  text(ERROR_CHARS),
  list(object({ type: text(40), text: text(RESULT_CHARS) })),
  object({ type: text(100), error_code: text(100) }),
)
/** Subagents answer in blocks of text; what other tools bring is mostly one string. */
const answerContent = either(list(object({ type: text(40), text: text(RESULT_CHARS) })), object({ type: text(100) }))
/** What an agent is asked is read at length. */
const INPUT = either(
  TARGET_SHAPE,
  object({ ...TARGET_MEMBERS, prompt: text(QUOTE_CHARS), subagent_type: text(200), run_in_background: present, resume: ID }),
)

const block = {
  type: text(100),
  id: ID,
  name: ID,
  input: INPUT,
  tool_use_id: ID,
  is_error: telling(present, true),
  // What went wrong is told by its text.
  content: ifTold(resultContent, answerContent),
}

const ofMessage = { id: common(), model: common(), stop_reason: text(40), usage: repeated(2048) }
/** Of what the model says the beginning is read, of what it is told more. */
const answer = object({ ...ofMessage, content: list(object({ ...block, text: SAID_SHAPE })) })
const prompt = object({ ...ofMessage, content: either(text(PROMPT_CHARS), list(object({ ...block, text: text(TASK_CHARS) }))) })

const toolUseResult = object({
  interrupted: present,
  timedOutAfterMs: present,
  status: text(40),
  team_name: ID,
  name: ID,
  runId: ID,
  backgroundTaskId: present,
  agentId: ID,
  agentType: ID,
  totalDurationMs: present,
  durationMs: present,
  durationSeconds: present,
})

/** What a hook met, in an attachment or a line of progress. */
const HOOK = {
  type: text(100),
  hookName: SAID,
  hookEvent: SAID,
  durationMs: present,
  exitCode: present,
  blockingError: object({ blockingError: SAID }),
  stderr: SAID,
  stdout: SAID,
  content: SAID,
}

/** A subagent's line, copied into a line of progress. */
const copy = object({
  type: text(40),
  timestamp: text(40),
  requestId: ID,
  uuid: ID,
  message: object({ id: ID, model: ID, usage: whole, content: list(object({ text: SAID_SHAPE })) }),
})

export const claudeShape: Shape = object({
  type: telling(dropping(text(100), SILENT_TYPES), "user"),
  sessionId: common(),
  timestamp: text(40),
  uuid: ID,
  id: ID,
  requestId: common(),
  requestRef: ID,
  isAbortedMidStream: present,
  agentId: common(),
  attributionAgent: common(),
  requestSessionId: ID,
  forkedFrom: object({ sessionId: ID }),
  isSidechain: present,
  cwd: common(),
  gitBranch: common(),
  version: common(),
  entrypoint: common(),
  isApiErrorMessage: telling(present, true),
  error: either(
    text(100),
    object({ status: present, connection: present, rateLimits: whole, formatted: SAID, message: SAID, error: whole, cause: whole }),
  ),
  apiError: text(100),
  apiErrorType: text(100),
  apiErrorStatus: present,
  isCompactSummary: present,
  isMeta: present,
  toolDenialKind: text(100),
  toolDenialBeforeRun: present,
  permissionDecision: object({ decision: text(40), source: text(100) }),
  teamName: ID,
  agentName: ID,
  toolUseResult,
  // Errors are written as answers, and told by their text.
  message: ifTold(prompt, answer),
  // Lines of the client's own.
  subtype: text(100),
  durationMs: present,
  aiTitle: text(800),
  customTitle: text(800),
  attachment: object(HOOK),
  data: object({ ...HOOK, agentId: ID, message: copy }),
  parentToolUseID: ID,
  // The report of a background task, put in line to be told.
  content: text(PROMPT_CHARS),
  hookErrors: list(SAID),
  preventedContinuation: present,
  compactMetadata: object({ trigger: text(40), durationMs: present }),
  retryInMs: present,
  totalCostUSD: present,
  totalDuration: present,
  totalAPIDuration: present,
  totalAPIDurationWithoutRetries: present,
  totalToolDuration: present,
  startTime: present,
  hasUnknownModelCost: present,
  modelUsage: whole,
})
