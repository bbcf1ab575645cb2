// Every dialect there is. A third agent is one more folder and one more line.

import type { AgentKind } from "../../domain/agent.ts"
import { claudeNormaliser } from "./claude/normaliser.ts"
import { codexNormaliser } from "./codex/normaliser.ts"
import type { Normaliser } from "./port.ts"

const NORMALISERS: Readonly<Record<AgentKind, Normaliser>> = {
  claude: claudeNormaliser,
  codex: codexNormaliser,
}

export function normaliserOf(agent: AgentKind): Normaliser {
  return NORMALISERS[agent]
}
