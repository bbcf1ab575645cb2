// Ctrl-C is how a watch ends; it is no error.

import type { Program } from "./terminal.ts"

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** Runs `body` with a signal that aborts when the user or the system asks the program to stop. */
export async function untilInterrupted(program: Pick<Program, "on" | "off">, body: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController()
  const stop = () => controller.abort()
  for (const name of SIGNALS) program.on(name, stop)
  try {
    await body(controller.signal)
  } finally {
    controller.abort()
    for (const name of SIGNALS) program.off(name, stop)
  }
}
