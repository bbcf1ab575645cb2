// A watch for scripts: each message one line of JSON.

import type { DescMessage, MessageShape } from "@bufbuild/protobuf"
import { follow } from "./follow.ts"
import { untilInterrupted } from "./interrupt.ts"
import { jsonText } from "./json-output.ts"
import type { Terminal } from "./terminal.ts"

/** Prints the messages until Ctrl-C. After a break it says so on standard error; the new stream's snapshot tells the rest. */
export async function printStream<D extends DescMessage>(
  terminal: Terminal,
  schema: D,
  open: (signal: AbortSignal) => AsyncIterable<MessageShape<D>>,
): Promise<void> {
  await untilInterrupted(terminal.program, (signal) =>
    follow(
      open,
      {
        onMessage: (message) => terminal.print([jsonText(schema, message, 0)]),
        onStale: (reason) => terminal.note(`stale, trying again: ${reason}`),
      },
      signal,
    ),
  )
}
