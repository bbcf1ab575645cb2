// `vibecraft prices [MODEL]`: what is charged and why.

import { DaemonService, GetPricingResponseSchema } from "@vibecraft/shared/gen/vibecraft/v1/daemon_service_pb"
import type { CommandContext, CommonOptions } from "../command-context.ts"
import { jsonText } from "../json-output.ts"
import { renderPriceList, renderPricing } from "../prices-view.ts"

export async function prices({ daemon, terminal }: CommandContext, options: CommonOptions, model: string | undefined): Promise<void> {
  const answer = await daemon.call(DaemonService.method.getPricing, { model: model ?? "" })
  if (options.json === true) return terminal.print([jsonText(GetPricingResponseSchema, answer)])
  const view = { width: terminal.width(), paint: terminal.paint }
  const [first] = answer.models
  return terminal.print(model === undefined || first === undefined ? renderPriceList(answer.models, view) : renderPricing(first, view))
}
