import { expect, test } from "vitest"
import { score } from "./score.ts"
import { FIRST_HALF } from "./seeds.ts"

test("the scenarios in sight while detection was made are told with precision and recall of at least 0.95", () => {
  const result = score(FIRST_HALF)
  console.log(result)
  expect(result.precision).toBeGreaterThanOrEqual(0.95)
  expect(result.recall).toBeGreaterThanOrEqual(0.95)
})
