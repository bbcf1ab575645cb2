// The terminal as a page that is drawn over and over. It uses the alternate screen, so that what was there before comes back untouched.

import type { Program } from "./terminal.ts"

export interface Screen {
  /** Shows these lines from the top, and how many more there are where they do not fit. Lines must not be wider than the terminal. */
  draw(lines: readonly string[]): void
  /** Gives the terminal back as it was. May be called twice. */
  close(): void
}

const ENTER = "\x1b[?1049h\x1b[?25l\x1b[H\x1b[2J"
const LEAVE = "\x1b[?25h\x1b[?1049l"
const HOME = "\x1b[H"
const CLEAR_TO_END_OF_LINE = "\x1b[K"
const CLEAR_BELOW = "\x1b[J"

export function openScreen({ stdout }: Pick<Program, "stdout">, rows: () => number): Screen {
  let open = true
  stdout.write(ENTER)
  return {
    draw(lines) {
      if (!open) return
      const room = rows()
      const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more`]
      stdout.write(HOME + shown.map((line) => line + CLEAR_TO_END_OF_LINE).join("\r\n") + CLEAR_BELOW)
    },
    close() {
      if (open) stdout.write(LEAVE)
      open = false
    },
  }
}
