// How Claude Code shows its state: the registry file, the pane's title and the screen, kept in step.

import { execFile } from "node:child_process"
import type { Mood } from "../client.ts"
import type { Teammate } from "../launch.ts"
import { claudeScreen, type Terminal } from "../terminal.ts"
import type { ClaudeProfile } from "./profile.ts"
import { createRegistryFile } from "./registry-file.ts"

export interface PresenceState {
  readonly sessionId: string
  readonly mood: Mood
  /** A title that the agent made up. */
  readonly title: string | undefined
  /** A name that a person gave. */
  readonly name: string | undefined
  readonly about: string
}

export interface Presence {
  show(state: PresenceState): void
  /** Deletes the registry file and keeps still. */
  close(): void
}

const SPINNER = ["⠂", "⠐"]

export function createPresence(options: {
  configDir: string
  cwd: string
  entrypoint: string
  teammate: Teammate | undefined
  profile: ClaudeProfile
  terminal: Terminal
}): Presence {
  const { profile, terminal } = options
  const registry = createRegistryFile(options)
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  let knowsPane = false

  const findPane = (): void => {
    const pane = process.env["TMUX_PANE"]
    if (knowsPane || options.teammate !== undefined || profile.registry < 240 || process.env["TMUX"] === undefined || pane === undefined)
      return
    knowsPane = true
    execFile("tmux", ["-u", "display-message", "-p", "-t", pane, "#{session_name}:#{window_id}.#{pane_id}"], (error, out) => {
      if (error === null && !isClosed) registry.setTmux(out.trim())
    })
  }
  const turnTitle = (title: string): void => {
    let turn = 0
    const spin = (): void => terminal.setTitle(`${SPINNER[turn++ % SPINNER.length]} ${title}`)
    spin()
    timer = setInterval(spin, 960)
    timer.unref()
  }
  return {
    show({ sessionId, mood, title, name, about }) {
      clearInterval(timer)
      terminal.draw(claudeScreen(mood, about))
      if (mood === "trust") return
      const naming = name === undefined ? { name: title, nameSource: "derived" } : { name, nameSource: "user" }
      if (options.teammate === undefined)
        registry.set({ sessionId, mood, ...(naming.name === undefined ? {} : (naming as { name: string; nameSource: string })) })
      findPane()
      const shown = naming.name ?? "Claude Code"
      if (mood === "busy" && profile.spinningTitle) turnTitle(shown)
      else terminal.setTitle(`✳ ${shown}`)
    },
    close() {
      isClosed = true
      clearInterval(timer)
      registry.remove()
    },
  }
}
