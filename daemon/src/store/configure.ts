// Settings of every connection that writes.

import type { DatabaseSync } from "node:sqlite"

/** Pages that a connection keeps, in KiB: the one that writes comes back to them, the one that reads mostly reads each once. */
export const PAGES_TO_WRITE_KIB = 4096
export const PAGES_TO_READ_KIB = 512

/** A power loss may cost the last moments, which are read again; it never costs consistency. */
export function configure(database: DatabaseSync, pagesKib: number): void {
  database.exec(`PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = ${-pagesKib}`)
}
