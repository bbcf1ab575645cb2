import { expect, test } from "vitest"
import { type Score, score } from "./score.ts"
import { FIRST_HALF, SECOND_HALF } from "./seeds.ts"

test.each([
  ["in sight while detection was made", FIRST_HALF],
  ["scored once, when detection was done", SECOND_HALF],
])("the half that was %s is told with precision and recall of at least 0.95", (half, seeds) => {
  const result = score(seeds)
  console.log(`${half}: ${described(result)}`)
  expect(result.precision).toBeGreaterThanOrEqual(0.95)
  expect(result.recall).toBeGreaterThanOrEqual(0.95)
})

function described({ scenarios, labels, found, right, precision, recall, byPattern, mistakes }: Score): string {
  const head = `${scenarios} scenarios, ${labels} patterns, ${found} told, ${right} right: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`
  const rows = Array.from(byPattern, ([name, counts]) => `  ${name}: ${counts.right} of ${counts.labels}, ${counts.found} told`)
  return [head, ...rows, ...mistakes.map((mistake) => `  ! ${mistake}`)].join("\n")
}
