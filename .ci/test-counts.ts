// What a run of checks comes to. The same shape from every part, so that they add up.

export interface TestCounts {
  passed: number
  failed: number
  skipped: number
}

export function addCounts(total: TestCounts, part: TestCounts): void {
  total.passed += part.passed
  total.failed += part.failed
  total.skipped += part.skipped
}

/** Throws when the text is not what a run of checks wrote. */
export function parseCounts(text: string): TestCounts {
  const value: unknown = JSON.parse(text)
  if (typeof value !== "object" || value === null) throw new TypeError("counts are an object")
  const { passed, failed, skipped }: { passed?: unknown; failed?: unknown; skipped?: unknown } = value
  if (typeof passed !== "number" || typeof failed !== "number" || typeof skipped !== "number") throw new TypeError("counts are numbers")
  return { passed, failed, skipped }
}
