/** Percentiles by clock, each with its number of samples and with a mark where those are too few to say more than the maximum. */
import { ENOUGH_FOR_P95, ENOUGH_FOR_P99 } from "@vibecraft/shared/clock-words"
import { formatLatency } from "@vibecraft/shared/format-duration"
import { Clock, type Latency } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { JSX } from "preact"

const CLOCKS: readonly (readonly [Clock, string, string])[] = [
  [Clock.TOOL, "tool", "from a tool's start to its result"],
  [Clock.MODEL, "model", "from a request sent to its answer complete"],
  [Clock.PERMISSION, "permission", "from asked to answered"],
  [Clock.TURN, "turn", "from your prompt to the agent's stop"],
  [Clock.IDLE, "idle", "from a stop to the next prompt"],
]

/** The scale of the little charts: 10 ms to 1 h, logarithmic. */
const SCALE_FROM = Math.log(10)
const SCALE_TO = Math.log(3_600_000)

/** The table. */
export function LatencyTable({ latency }: { readonly latency: readonly Latency[] }): JSX.Element {
  const rows = CLOCKS.flatMap(([clock, name, meaning]) => {
    const found = latency.find((each) => each.clock === clock)
    return found ? [{ name, meaning, ...found }] : []
  })
  if (rows.length === 0) return <p class="quiet">Nothing measured yet.</p>
  const few = rows.some((row) => row.count < ENOUGH_FOR_P99)
  return (
    <>
      <table class="latency">
        <thead>
          <tr>
            <th scope="col">clock</th>
            <th scope="col">p50</th>
            <th scope="col">p95</th>
            <th scope="col">p99</th>
            <th scope="col">max</th>
            <th scope="col">n</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row" title={row.meaning}>
                {row.name}
                <Spread {...row} />
              </th>
              <td>{formatLatency(row.p50Ms)}</td>
              <Percentile value={row.p95Ms} count={row.count} enough={ENOUGH_FOR_P95} />
              <Percentile value={row.p99Ms} count={row.count} enough={ENOUGH_FOR_P99} />
              <td>{formatLatency(row.maxMs)}</td>
              <td class="n" title={row.estimatedCount > 0n ? `${row.estimatedCount} of them estimated` : undefined}>
                {row.estimatedCount > 0n ? "~" : ""}
                {row.count.toString()}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.some((row) => row.estimatedCount > 0n) && <p class="footnote">~ some are estimated: the agent does not log them.</p>}
      {few && (
        <p class="footnote">
          <span class="low-mark">*</span> low confidence: under {ENOUGH_FOR_P95} samples p95 is the maximum, under {ENOUGH_FOR_P99} p99 is.
        </p>
      )}
    </>
  )
}

function Percentile({ value, count, enough }: { readonly value: bigint; readonly count: bigint; readonly enough: number }): JSX.Element {
  const low = count < enough
  return (
    <td class={low ? "is-low" : ""}>
      {formatLatency(value)}
      {low && (
        <span class="low-mark" title={`low confidence: ${count} samples`}>
          *
        </span>
      )}
    </td>
  )
}

/** From the median to the maximum on a logarithmic scale, with marks at p95 and p99. */
function Spread({ p50Ms, p95Ms, p99Ms, maxMs }: Pick<Latency, "p50Ms" | "p95Ms" | "p99Ms" | "maxMs">): JSX.Element {
  const at = (ms: bigint): number => {
    const share = (Math.log(Math.max(10, Number(ms))) - SCALE_FROM) / (SCALE_TO - SCALE_FROM)
    return 2 + 96 * Math.min(1, share)
  }
  return (
    <svg class="spread" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <path d="M2 4H98" class="spread-scale" />
      <path d={`M${at(p50Ms)} 4H${at(maxMs)}`} class="spread-tail" />
      <path d={`M${at(p50Ms)} 4H${at(p95Ms)}`} class="spread-body" />
      <path d={`M${at(p99Ms)} 1V7`} class="spread-mark" />
    </svg>
  )
}
