// What Claude Code finds in its home, so that it starts at its prompt, trusts the project, takes the dummy key and calls nobody.

import { writeFileSync } from "node:fs"
import { join } from "node:path"

const KEY = "sk-ant-scripted-0000000000"

/** Writes the settings; folders named in `trusted` (below the home) are trusted. Answers variables for the environment. */
export function settleClaude(
  { home, apiUrl }: { readonly home: string; readonly apiUrl: string },
  trusted: readonly string[],
): Record<string, string> {
  const trust = { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true }
  const state = {
    hasCompletedOnboarding: true,
    lastOnboardingVersion: "99.0.0",
    theme: "dark",
    autoUpdates: false,
    // It remembers the end of a key.
    customApiKeyResponses: { approved: [KEY.slice(-20)], rejected: [] },
    projects: Object.fromEntries(trusted.map((name) => [join(home, name), trust])),
  }
  writeFileSync(join(home, ".claude.json"), JSON.stringify(state))
  return {
    ANTHROPIC_BASE_URL: apiUrl,
    ANTHROPIC_API_KEY: KEY,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_ERROR_REPORTING: "1",
  }
}
