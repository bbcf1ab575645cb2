/** Tokens by class: one bar of disjoint parts and the figures. Reasoning lies inside output and is told there. */
import { formatTokens } from "@vibecraft/shared/format-tokens"
import type { Tokens } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { JSX } from "preact"

/** The bar and its legend. */
export function TokenBar({ tokens }: { readonly tokens: Tokens }): JSX.Element {
  const parts = [
    { name: "input", count: tokens.input, title: "prompt tokens neither read from nor written to a cache" },
    { name: "cache read", count: tokens.cacheRead, title: "prompt tokens read from a cache" },
    { name: "cache write 5m", count: tokens.cacheWrite5m, title: "prompt tokens written to a cache for 5 minutes" },
    { name: "cache write 1h", count: tokens.cacheWrite1h, title: "prompt tokens written to a cache for 1 hour" },
    { name: "output", count: tokens.output, title: "tokens written by the model, reasoning included" },
  ]
  const total = Number(tokens.total)
  let from = 0
  return (
    <div class="tokens">
      <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        {parts.map(({ name, count }) => {
          const width = total === 0 ? 0 : (Number(count) / total) * 100
          const x = from
          from += width
          return <rect key={name} class={`token-${name.replaceAll(" ", "-")}`} x={x} y={0} width={width} height={4} />
        })}
      </svg>
      <dl>
        {parts.map(({ name, count, title }) => (
          <div key={name} title={title} class={count === 0n ? "is-zero" : ""}>
            <dt>
              <i class={`token-${name.replaceAll(" ", "-")}`} aria-hidden="true" />
              {name}
            </dt>
            <dd title={count.toString()}>{formatTokens(count)}</dd>
          </div>
        ))}
        {tokens.reasoning > 0n && (
          <div title="the part of output spent on reasoning" class="is-inner">
            <dt>of it reasoning</dt>
            <dd title={tokens.reasoning.toString()}>{formatTokens(tokens.reasoning)}</dd>
          </div>
        )}
      </dl>
    </div>
  )
}
