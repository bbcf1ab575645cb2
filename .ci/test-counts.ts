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
