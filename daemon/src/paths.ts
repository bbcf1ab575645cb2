// Where the daemon keeps things, by the XDG base directory rules.

import { homedir } from "node:os"
import { join } from "node:path"

export function homeOf(env: NodeJS.ProcessEnv): string {
  return env["HOME"] ?? homedir()
}

export function defaultStateDir(env: NodeJS.ProcessEnv): string {
  return join(env["XDG_STATE_HOME"] || join(homeOf(env), ".local", "state"), "vibecraft")
}

/** In the user's runtime folder, which only the user can enter; else in the state folder. */
export function defaultSocketPath(env: NodeJS.ProcessEnv, stateDir: string): string {
  const runtimeDir = env["XDG_RUNTIME_DIR"]
  return runtimeDir ? join(runtimeDir, "vibecraft", "sock") : join(stateDir, "sock")
}
