// The part of the daemon's logger that the API writes to.

import type { Logger } from "pino"

export type ApiLogger = Pick<Logger, "debug" | "info" | "warn" | "error">
