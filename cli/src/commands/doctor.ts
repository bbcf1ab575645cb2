// `vibecraft doctor`: what the daemon finds when it looks at itself, and what to do about each point.

import {
  CheckState,
  DaemonService,
  type GetStatusResponse,
  GetStatusResponseSchema,
} from "@vibecraft/shared/gen/vibecraft/v1/daemon_service_pb"
import type { CommandContext, CommonOptions } from "../command-context.ts"
import { renderChecks } from "../check-view.ts"
import { jsonText } from "../json-output.ts"

/** Answers whether no check failed. */
export async function doctor({ daemon, terminal }: CommandContext, options: CommonOptions): Promise<boolean> {
  const answer = await daemon.call(DaemonService.method.getStatus, {})
  if (options.json === true) await terminal.print([jsonText(GetStatusResponseSchema, answer)])
  else await terminal.print(renderChecks(answer, { width: terminal.width(), paint: terminal.paint }))
  return !hasFailed(answer)
}

function hasFailed({ checks }: GetStatusResponse): boolean {
  return checks.some(({ state }) => state === CheckState.FAILED)
}
