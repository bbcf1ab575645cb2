// Every check in turn: what can be known without running anything, then the tests. `npm test` starts it and prints the sum;
// arguments go to vitest. After each check it tells its parent how far it is.

import { runTests } from "./run-tests.ts"
import { STATIC_CHECKS, type StaticCheck } from "./static-checks.ts"
import { addCounts, type TestCounts } from "./test-counts.ts"

const AT_ONCE = 2

const total: TestCounts = { passed: 0, failed: 0, skipped: 0 }
const stop = new AbortController()
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => stop.abort())

const waiting = [...STATIC_CHECKS]
await Promise.all(Array.from({ length: AT_ONCE }, worker))
if (!stop.signal.aborted) count(await runTests(process.argv.slice(2), stop.signal))
report(!stop.signal.aborted)
process.disconnect?.()

async function worker(): Promise<void> {
  for (let check = waiting.shift(); check !== undefined && !stop.signal.aborted; check = waiting.shift()) count(await judge(check))
}

async function judge(check: StaticCheck): Promise<TestCounts> {
  const started = performance.now()
  const { ok, output } = await check.run(stop.signal)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${ok ? "ok    " : "FAILED"}  ${check.name} (${seconds} s)`)
  if (!ok) console.log(output.replaceAll(/^/gmu, "        "))
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 }
}

function count(part: TestCounts): void {
  addCounts(total, part)
  report(false)
}

function report(finished: boolean): void {
  process.send?.({ counts: total, finished })
}
