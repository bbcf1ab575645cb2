// What Codex finds in its home, so that it starts at its prompt, trusts the project, asks the scripted API and calls nobody.

import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

export interface CodexSettings {
  readonly model: string
  /** Folders below the home that are trusted. */
  readonly trusted: readonly string[]
  /** Whether all its terminals share one background process, as they do by default; else each keeps its thread itself. */
  readonly shared: boolean
}

/** Writes the settings. Answers variables for the environment. */
export function settleCodex(
  { home, apiUrl }: { readonly home: string; readonly apiUrl: string },
  { model, trusted, shared }: CodexSettings,
): Record<string, string> {
  const lines = [
    `model = "${model}"`,
    'model_provider = "scripted"',
    "check_for_update_on_startup = false",
    "[model_providers.scripted]",
    'name = "Scripted"',
    `base_url = "${apiUrl}/v1"`,
    'env_key = "OPENAI_API_KEY"',
    'wire_api = "responses"',
    "[analytics]",
    "enabled = false",
    "[feedback]",
    "enabled = false",
    "[features]",
    `daemon_auto_start = ${shared}`,
    // Else the model may ask a question in plan mode alone.
    "default_mode_request_user_input = true",
    ...trusted.flatMap((name) => [`[projects."${join(home, name)}"]`, 'trust_level = "trusted"']),
  ]
  mkdirSync(join(home, ".codex"), { mode: 0o700 })
  writeFileSync(join(home, ".codex", "config.toml"), `${lines.join("\n")}\n`)
  return { OPENAI_API_KEY: "sk-scripted" }
}
