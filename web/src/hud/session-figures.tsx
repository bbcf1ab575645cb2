/** The figures of a session's conversation: cost with its certainty, tokens, errors, latency, tools. */
import { slowText } from "@vibecraft/shared/clock-words"
import { formatDuration } from "@vibecraft/shared/format-duration"
import { formatCost, formatCostLong } from "@vibecraft/shared/format-money"
import { formatPercent } from "@vibecraft/shared/format-ratio"
import { formatTokens } from "@vibecraft/shared/format-tokens"
import { Certainty, type Cost, type Metrics } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { safeText } from "@vibecraft/shared/safe-text"
import type { JSX } from "preact"
import { sumMetrics } from "../state/totals.ts"
import { LatencyTable } from "./latency-table.tsx"
import { TokenBar } from "./token-bar.tsx"
import { ToolTable } from "./tool-table.tsx"

/** Rows of the session, that of its present conversation first. */
export function SessionFigures({ rows, known }: { readonly rows: readonly Metrics[]; readonly known: boolean }): JSX.Element {
  const [row, ...earlier] = rows
  if (!row) {
    return (
      <section>
        <p class="quiet">{known ? "No figures yet." : "Which conversation this is in is not known, so there are no figures."}</p>
      </section>
    )
  }
  const before = sumMetrics(earlier)
  return (
    <>
      <section>
        <dl class="headline">
          <div>
            <dt>cost</dt>
            <dd title={formatCostLong(row.cost)} data-figure="cost">
              {formatCost(row.cost)}
            </dd>
            <small class={`certainty is-${certaintyWord(row.cost)}`}>{certaintyWord(row.cost)}</small>
          </div>
          <div>
            <dt>tokens</dt>
            <dd data-figure="tokens">{formatTokens(row.tokens?.total ?? 0n)}</dd>
            <small>{row.requests.toString()} requests</small>
          </div>
          <div>
            <dt>tool errors</dt>
            <dd data-figure="errors" class={(row.errorRate ?? 0) > 0 ? "has-failures" : ""}>
              {row.errorRate === undefined ? "–" : formatPercent(row.errorRate)}
            </dd>
            <small>{row.errorRate === undefined ? "none judged" : `${row.failedCalls} of ${row.judgedCalls}`}</small>
          </div>
          <div>
            <dt>duration</dt>
            <dd data-figure="duration">{formatDuration(row.durationMs)}</dd>
            <small>{row.subagents > 0 ? `${row.subagents} subagents` : "first to last fact"}</small>
          </div>
        </dl>
        {row.cost?.certainty === Certainty.UNPRICED && (
          <p class="footnote">No price for {row.cost.unpricedModels.map(safeText).join(", ")}: the amount leaves it out.</p>
        )}
        {row.apiErrors > 0n && <p class="footnote">{row.apiErrors.toString()} model requests failed or were retried.</p>}
        {earlier.length > 0 && (
          <p class="footnote">
            Earlier in this session: {earlier.length} {earlier.length === 1 ? "conversation" : "conversations"},{" "}
            {formatTokens(before.tokens)} tokens, {formatCostLong(before.cost)}.
          </p>
        )}
      </section>
      {row.tokens && (
        <section>
          <h3>Tokens</h3>
          <TokenBar tokens={row.tokens} />
        </section>
      )}
      <section>
        <h3>Latency</h3>
        <LatencyTable latency={row.latency} />
        {row.slow.map((slow) => (
          <p key={slowText(slow)} class="footnote is-slow">
            Slow: {slowText(slow)}.
          </p>
        ))}
      </section>
      <section>
        <h3>Tools</h3>
        <ToolTable tools={row.tools} />
      </section>
    </>
  )
}

function certaintyWord(cost: Cost | undefined): string {
  switch (cost?.certainty) {
    case Certainty.PRICED:
      return "priced"
    case Certainty.ESTIMATED:
      return "estimated"
    case Certainty.UNPRICED:
      return "unpriced"
    default:
      return "not known"
  }
}
