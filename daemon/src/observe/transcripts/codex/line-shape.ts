// What the handlers of the frequent lines of a rollout read: calls, their outputs and ends, token counts. Other lines are short or rare and are
// parsed whole. A test reads real rollouts and fails where a handler asks for what is not listed.

import type { LinePrefix } from "../line-prefix.ts"
import type { LineShape } from "../port.ts"
import { byRest, type Choose, either, list, object, present, text, whole } from "../shape.ts"
import { TARGET_MEMBERS, TARGET_SHAPE } from "../tool-target.ts"

const ID = text(200)
/** The ends of an output say how it went. */
const OUTPUT = text(400, 200)
/** What was said of a failure is shown, and how a prompt begins. */
const SAID = text(400)
/** A command's output is read where it failed, which its exit code tells. */
const outputOf: Choose = ({ exit_code: exitCode }, isComplete) => {
  if (exitCode === undefined && !isComplete) return undefined
  return exitCode === 0 ? present : SAID
}
const WORDS = list(object({ text: SAID }))
const wordsOf: Choose = ({ type }, isComplete) => {
  if (type === undefined && !isComplete) return undefined
  return type === "UserMessage" ? WORDS : present
}
const DURATION = object({ secs: present, nanos: present })
const INVOCATION = { server: text(90), tool: text(100) }
/** Longer arguments are not read. */
const ARGUMENTS_CHARS = 65_536

/** What a finished call says of its end, as an item or as an event. */
const END = {
  status: text(40),
  success: present,
  error: either(SAID, object({ message: SAID })),
  exit_code: present,
  aggregated_output: byRest(outputOf),
  stderr: byRest(outputOf),
  stdout: byRest(outputOf),
  result: object({ Err: SAID, is_error: present }),
  duration: DURATION,
}

const payload = object({
  ...END,
  type: text(100),
  id: ID,
  call_id: ID,
  turn_id: ID,
  name: ID,
  arguments: text(ARGUMENTS_CHARS),
  action: whole,
  input: TARGET_SHAPE,
  message: SAID,
  output: either(OUTPUT, object({ content: OUTPUT, output: OUTPUT, success: present })),
  invocation: object(INVOCATION),
  item: object({ ...TARGET_MEMBERS, ...END, ...INVOCATION, type: text(100), id: ID, content: byRest(wordsOf) }),
  started_at_ms: present,
  completed_at_ms: present,
  info: whole,
  rate_limits: whole,
  response_id: ID,
  usage: whole,
})

const CALL_LINE: LineShape = {
  types: new Set(["response_item", "event_msg", "token_usage_record"]),
  shape: object({ type: text(100), timestamp: text(40), ordinal: present, payload }),
}

/** Kinds of payload that the shape was made for. */
const KINDS: ReadonlySet<string> = new Set([
  "function_call",
  "function_call_output",
  "custom_tool_call",
  "custom_tool_call_output",
  "item_completed",
  "exec_command_end",
  "mcp_tool_call_end",
  "patch_apply_end",
  "web_search_end",
  "token_count",
  "user_message",
])

export function codexShapeOf({ type, nested, nestedType }: LinePrefix): LineShape | undefined {
  if (type === undefined || nested !== "payload") return undefined
  const isKnown = type === "token_usage_record" || (nestedType !== undefined && KINDS.has(nestedType))
  return isKnown ? CALL_LINE : undefined
}
