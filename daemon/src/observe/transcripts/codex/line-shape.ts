// What is read of a line of a rollout. A test reads real rollouts and fails where a handler asks for what is not listed.

import { either, list, object, present, type Shape, text, whole } from "../shape.ts"
import { TARGET_MEMBERS, TARGET_SHAPE } from "../tool-target.ts"

const ID = text(200)
/** The ends of an output say how it went; what a thread answered stands at the start. */
const OUTPUT = text(1000, 200)
/** What was said of a failure is shown. */
const SAID = text(800)
const DURATION = object({ secs: present, nanos: present })
const INVOCATION = { server: text(90), tool: text(100) }
/** Longer arguments are not read. */
const ARGUMENTS_CHARS = 65_536

/** What a finished call says of its end, as an item or as an event. */
const END = {
  status: text(40),
  success: present,
  error: either(SAID, object({ message: SAID, codex_error_info: whole })),
  exit_code: present,
  aggregated_output: SAID,
  stderr: SAID,
  stdout: SAID,
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
  output: either(OUTPUT, object({ content: OUTPUT, output: OUTPUT, success: present })),
  invocation: object(INVOCATION),
  item: object({
    ...TARGET_MEMBERS,
    ...END,
    ...INVOCATION,
    type: text(100),
    id: ID,
    content: list(object({ text: SAID })),
    receiver_thread_ids: list(ID),
  }),
  message: SAID,
  started_at_ms: present,
  completed_at_ms: present,
  duration_ms: present,
  reason: text(40),
  info: whole,
  rate_limits: whole,
  response_id: ID,
  usage: whole,
  // What the thread is.
  timestamp: text(40),
  cwd: text(4096),
  model: ID,
  thread_settings: object({ model: ID, service_tier: text(40) }),
  thread_name: text(800),
  originator: text(100),
  cli_version: text(100),
  git: object({ branch: text(300) }),
  source: whole,
  agent_role: text(400),
  parent_thread_id: ID,
  forked_from_id: ID,
  subagent_history_start_ordinal: present,
})

export const codexShape: Shape = object({ type: text(100), timestamp: text(40), ordinal: present, payload })
