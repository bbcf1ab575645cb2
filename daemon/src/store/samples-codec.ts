// The samples of one conversation's clocks packed into bytes, some four each: for reports that look at many conversations.

import { type ClockSamples, CLOCKS, type Samples, type Series } from "../model/clock-samples.ts"
import type { Names } from "./names.ts"
import { PackedReader, PackedWriter } from "./packed-bytes.ts"

const HAS_SUBAGENT = 1
const IS_ESTIMATED = 2

/** Series first, in the order of their numbers, then the samples. */
export function packSamples(samples: ClockSamples, names: Names): Uint8Array {
  const numbers = new Map<Series, number>()
  const body = new PackedWriter()
  let before = 0
  samples.each(Number.NEGATIVE_INFINITY, (series, ms, minute) => {
    let number = numbers.get(series)
    if (number === undefined) numbers.set(series, (number = numbers.size))
    body.number(number)
    body.signed(minute - before)
    body.number(ms)
    before = minute
  })
  const head = new PackedWriter()
  head.number(numbers.size)
  for (const { clock, label, subagentId, isEstimated } of numbers.keys()) {
    head.byte(CLOCKS.indexOf(clock))
    head.byte((subagentId === undefined ? 0 : HAS_SUBAGENT) | (isEstimated ? IS_ESTIMATED : 0))
    head.number(names.number(label))
    if (subagentId !== undefined) head.number(names.number(subagentId))
  }
  return Buffer.concat([head.take(), body.take()])
}

/** Throws RangeError for bytes that are none of ours. */
export function eachPackedSample(
  bytes: Uint8Array,
  text: (number: number) => string,
  ...[since, visit]: Parameters<Samples["each"]>
): void {
  const reader = new PackedReader(bytes)
  const series: Series[] = []
  for (let count = reader.number(); count > 0; count--) {
    const clock = CLOCKS[reader.byte()]
    const flags = reader.byte()
    const label = text(reader.number())
    const subagentId = (flags & HAS_SUBAGENT) === 0 ? undefined : text(reader.number())
    if (clock === undefined) throw new RangeError("a series of no known clock")
    series.push({ clock, label, subagentId, isEstimated: (flags & IS_ESTIMATED) !== 0 })
  }
  let minute = 0
  while (!reader.isDone) {
    const of = series[reader.number()]
    minute += reader.signed()
    if (of === undefined) throw new RangeError("a sample of no known series")
    const ms = reader.number()
    if (minute >= since) visit(of, ms, minute)
  }
}
