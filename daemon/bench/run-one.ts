// Runs one benchmark for main.ts and hands its rows over. A file without a `run` is a part of others and answers nothing.

import { pathToFileURL } from "node:url"
import type { BenchModule, BenchRow } from "./bench-row.ts"

export interface BenchReport {
  readonly rows: readonly BenchRow[]
  /** What went wrong, when something did. */
  readonly error?: string
}

const report = await runOne(process.argv[2] ?? "")
process.send?.(report, () => process.exit())

async function runOne(path: string): Promise<BenchReport> {
  try {
    const module = (await import(pathToFileURL(path).href)) as Partial<BenchModule>
    return { rows: (await module.run?.()) ?? [] }
  } catch (error) {
    return { rows: [], error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
