// What a command may know of the program around it: streams, environment and clock, handed in so that nothing reaches for globals.

import { type Paint, createPaint, usesColor } from "./paint.ts"

/** The part of `process` that commands use. */
export type Program = Pick<NodeJS.Process, "env" | "stdout" | "stderr" | "on" | "off">

export interface Terminal {
  readonly program: Program
  /** Whether standard output is a terminal. */
  readonly isTty: boolean
  readonly paint: Paint
  /** Cells in a line; Infinity where output goes to a file or a pipe, unless COLUMNS is set. */
  readonly width: () => number
  /** Lines on the screen. */
  readonly rows: () => number
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Writes lines to standard output; resolves when there is room for more. */
  readonly print: (lines: readonly string[]) => Promise<void>
  /** Writes one line for the user's eyes to standard error. */
  readonly note: (line: string) => void
}

export function createTerminal(program: Program): Terminal {
  const { stdout, stderr, env } = program
  const isTty = stdout.isTTY
  return {
    program,
    isTty,
    paint: createPaint(usesColor(isTty, env)),
    width: () => (isTty && stdout.columns > 0 ? stdout.columns : Number.parseInt(env["COLUMNS"] ?? "", 10) || Number.POSITIVE_INFINITY),
    rows: () => (stdout.rows > 0 ? stdout.rows : 24),
    now: () => Date.now(),
    print: (lines) => write(stdout, lines.map((line) => `${line}\n`).join("")),
    note: (line) => void stderr.write(`vibecraft: ${line}\n`),
  }
}

async function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  if (!stream.write(text)) await new Promise<void>((resolve) => stream.once("drain", resolve))
}
