// `vibecraft status`: how the daemon is and what it can see.

import { DaemonService, GetStatusResponseSchema } from "@vibecraft/shared/gen/vibecraft/v1/daemon_service_pb"
import type { CommandContext, CommonOptions } from "../command-context.ts"
import { jsonText } from "../json-output.ts"
import { renderStatus } from "../status-view.ts"

export async function status({ daemon, terminal }: CommandContext, options: CommonOptions): Promise<void> {
  const answer = await daemon.call(DaemonService.method.getStatus, {})
  if (options.json === true) return terminal.print([jsonText(GetStatusResponseSchema, answer)])
  return terminal.print(renderStatus(answer, terminal.now(), { width: terminal.width(), paint: terminal.paint }))
}
