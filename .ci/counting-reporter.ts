// Counts vitest's tests into a file after each module, so that the numbers outlive a crash of vitest itself.

import { writeFileSync } from "node:fs"
import type { SerializedError } from "vitest"
import type { Reporter, TestModule } from "vitest/node"
import { addCounts, type TestCounts } from "./test-counts.ts"

const COUNTS_FILE = process.env["VIBECRAFT_COUNTS_FILE"]

export default class CountingReporter implements Reporter {
  readonly #counts: TestCounts = { passed: 0, failed: 0, skipped: 0 }

  onTestModuleEnd(module: TestModule): void {
    addCounts(this.#counts, countModule(module))
    this.#write()
  }

  /** Errors outside any test (an unhandled rejection, a hook of the whole run) count as one failure each. */
  onTestRunEnd(_modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    this.#counts.failed += unhandled.length
    this.#write()
  }

  #write(): void {
    if (COUNTS_FILE !== undefined) writeFileSync(COUNTS_FILE, JSON.stringify(this.#counts))
  }
}

/** A module that could not be loaded has no tests; it counts as one failure. */
function countModule(module: TestModule): TestCounts {
  const counts: TestCounts = { passed: 0, failed: 0, skipped: 0 }
  for (const test of module.children.allTests()) {
    const { state } = test.result()
    if (state === "pending") counts.failed += 1
    else counts[state] += 1
  }
  if (counts.failed === 0 && module.state() === "failed") counts.failed = 1
  return counts
}
