// A real client in a pane of a private tmux server: what a person would type to it, and what they would see.

import { setTimeout as sleep } from "node:timers/promises"
import type { PrivateTmux } from "../../simulator/private-tmux.ts"
import { ClientDiffers } from "./check-log.ts"

export interface Seat {
  readonly server: string
  readonly paneId: string
  /** The process that tmux started in it: the client, or the shell that it was typed into. */
  readonly panePid: number
  /** The lines on the screen that hold something. */
  screen(): Promise<string>
  /** Waits until the screen shows something. Throws ClientDiffers. */
  shows(what: string, pattern: RegExp): Promise<void>
  /** Presses a key, by tmux's name for it. Answers when (ms). */
  key(name: string): Promise<number>
  /** Presses a key until what it answers is off the screen: a dialog takes no keys in its first moments. Answers when it last did (ms). */
  answer(name: string, dialog: RegExp): Promise<number>
  /** Pastes one line, waits until it is seen, and presses Enter. Answers when (ms). */
  submit(line: string): Promise<number>
}

/** A client that shows nothing of the kind after this long will not. */
const CEILING_MS = 30_000
const LOOK_MS = 50
/** How long a dialog may take to go away before its key is pressed again. */
const PATIENCE_MS = 1_500

export function createSeat(tmux: PrivateTmux, { server, paneId, panePid }: Pick<Seat, "server" | "paneId" | "panePid">): Seat {
  const screen = async (): Promise<string> => {
    const text = await tmux.command(["capture-pane", "-p", "-J", "-t", paneId], server)
    return text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .join("\n")
  }
  const shows = async (what: string, pattern: RegExp): Promise<void> => {
    for (const deadlineMs = Date.now() + CEILING_MS; ; await sleep(LOOK_MS)) {
      const text = await screen().catch((error: unknown) => `(no screen: ${error instanceof Error ? error.message : String(error)})`)
      if (pattern.test(text)) return
      if (Date.now() > deadlineMs) throw new ClientDiffers(`the client does not show ${what}; its screen ends with: ${lastLines(text)}`)
    }
  }
  const key = async (name: string): Promise<number> => {
    const atMs = Date.now()
    await tmux.command(["send-keys", "-t", paneId, name], server)
    return atMs
  }
  return {
    server,
    paneId,
    panePid,
    screen,
    shows,
    key,
    async answer(name, dialog) {
      for (const deadlineMs = Date.now() + CEILING_MS; Date.now() < deadlineMs;) {
        const pressedMs = await key(name)
        while (Date.now() < pressedMs + PATIENCE_MS) {
          if (!dialog.test(await screen())) return pressedMs
          await sleep(LOOK_MS)
        }
      }
      throw new ClientDiffers(`${name} does not answer the dialog; the screen ends with: ${lastLines(await screen())}`)
    },
    async submit(line) {
      const buffer = `line-${paneId.slice(1)}`
      await tmux.command(["set-buffer", "-b", buffer, "--", line], server)
      await tmux.command(["paste-buffer", "-p", "-r", "-d", "-b", buffer, "-t", paneId], server)
      await shows("what was typed", new RegExp(RegExp.escape(line.slice(0, 40)), "u"))
      return key("Enter")
    },
  }
}

function lastLines(text: string): string {
  return text.split("\n").slice(-4).join(" | ").slice(0, 300)
}
