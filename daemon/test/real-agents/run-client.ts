// One client, one version, one closed world, the whole journey.

import { bookChecks } from "./book-checks.ts"
import { ANTHROPIC } from "./anthropic-dialect.ts"
import { ClientDiffers, createCheckLog } from "./check-log.ts"
import { settleClaude } from "./claude-home.ts"
import { CLAUDE_TALK } from "./claude-talk.ts"
import type { ClientTalk } from "./client-talk.ts"
import { settleCodex } from "./codex-home.ts"
import { CODEX_MODEL, CODEX_TALK } from "./codex-talk.ts"
import { type ClientPackage, installClient } from "./install-client.ts"
import { startChecks, turnChecks } from "./journey.ts"
import { createLab, type LabOptions } from "./lab.ts"
import { edgeChecks, helperChecks, lifeChecks } from "./life-checks.ts"
import { OPENAI } from "./openai-dialect.ts"
import type { ClientReport } from "./report-table.ts"

export interface Client extends Pick<LabOptions, "dialect" | "settle"> {
  readonly name: string
  readonly talk: ClientTalk
}

/** Projects that need no question whether they are trusted. */
const TRUSTED = ["work", "second"]

export const CLAUDE: Client = {
  name: "claude",
  talk: CLAUDE_TALK,
  dialect: ANTHROPIC,
  settle: (world) => settleClaude(world, TRUSTED),
}

/** Each terminal keeps its thread itself. */
export const CODEX_ALONE: Client = {
  name: "codex, alone",
  talk: CODEX_TALK,
  dialect: OPENAI,
  settle: (world) => settleCodex(world, { model: CODEX_MODEL, trusted: TRUSTED, shared: false }),
}

/** All terminals share one background process, as they do by default. */
export const CODEX_SHARED: Client = {
  ...CODEX_ALONE,
  name: "codex, shared",
  settle: (world) => settleCodex(world, { model: CODEX_MODEL, trusted: TRUSTED, shared: true }),
}

/** Runs every check; one step that fails does not keep the next from being tried. Throws InstallError. */
export async function runClient(client: Client, from: ClientPackage, version: string, say: (line: string) => void): Promise<ClientReport> {
  const bin = await installClient(from, version)
  const name = `${client.name} ${version}`
  say(name)
  const log = createCheckLog(say)
  const lab = await createLab({ ...client, bin })
  const journey = { lab, talk: client.talk, log, version }
  const attempt = async (part: string, run: () => Promise<void>): Promise<void> => {
    try {
      await run()
    } catch (error) {
      if (!(error instanceof ClientDiffers)) throw error
      log.skip(`the rest of: ${part}`, error.message)
    }
  }
  try {
    await attempt("the journey", async () => {
      const main = await startChecks(journey)
      await attempt("turns", () => turnChecks(journey, main))
      await attempt("helpers", () => helperChecks(journey, main))
      await attempt("life", () => lifeChecks(journey, main))
      await attempt("edges", () => edgeChecks(journey))
      await attempt("books", () => bookChecks(journey))
    })
    return { client: name, rows: log.rows, hosts: [...lab.proxy.hosts].toSorted() }
  } finally {
    await lab.close()
  }
}
