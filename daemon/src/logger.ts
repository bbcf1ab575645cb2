// The structured log: JSON lines on stderr, so that stdout holds only what the user asked to see.

import { destination, type LevelWithSilent, type Logger, pino } from "pino"

export function createLogger(level: LevelWithSilent): Logger {
  return pino({ name: "vibecraftd", level, base: { pid: process.pid } }, destination({ fd: 2, sync: true }))
}
