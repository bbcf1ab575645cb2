// Settings of every connection that writes.

import type { DatabaseSync } from "node:sqlite"

/** A power loss may cost the last moments, which are read again; it never costs consistency. */
export function configure(database: DatabaseSync): void {
  database.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -4096")
}
