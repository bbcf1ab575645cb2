// Brings a database of any earlier version up to date, one step after the other, each in a transaction of its own.

import type { DatabaseSync } from "node:sqlite"
import { HISTORY } from "./migrations/1-history.ts"
import { CORRECTIONS } from "./migrations/2-corrections.ts"
import { SESSIONS } from "./migrations/3-sessions.ts"
import { STATUS_CHANGES } from "./migrations/4-status-changes.ts"
import { ACTIVITIES } from "./migrations/5-activities.ts"
import { SAMPLES } from "./migrations/6-samples.ts"

/** The step at index n makes version n + 1. Steps that were released never change. */
const STEPS: readonly string[] = [HISTORY, CORRECTIONS, SESSIONS, STATUS_CHANGES, ACTIVITIES, SAMPLES]

export const SCHEMA_VERSION = STEPS.length

/** Version of a database; 0 for an empty one. */
export function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0)
}

/** Runs the steps that are missing, up to version `to`. What fails leaves the version before. */
export function migrate(database: DatabaseSync, to = SCHEMA_VERSION): void {
  for (let version = versionOf(database); version < to; version++) {
    database.exec("BEGIN IMMEDIATE")
    try {
      database.exec(STEPS[version] ?? "")
      database.exec(`PRAGMA user_version = ${version + 1}`)
      database.exec("COMMIT")
    } catch (error) {
      database.exec("ROLLBACK")
      throw error
    }
  }
}
