/** Tools by calls, with failures and p95. */
import { formatLatency } from "@vibecraft/shared/format-duration"
import type { ToolMetrics } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { safeText } from "@vibecraft/shared/safe-text"
import type { JSX } from "preact"

const MOST = 8
const ENOUGH_FOR_P95 = 20

/** The most called tools, and how many more there are. */
export function ToolTable({ tools }: { readonly tools: readonly ToolMetrics[] }): JSX.Element {
  if (tools.length === 0) return <p class="quiet">No tool called yet.</p>
  const most = Math.max(...tools.map((tool) => tool.calls))
  const more = tools.length - MOST
  return (
    <>
      <table class="tools">
        <thead>
          <tr>
            <th scope="col">tool</th>
            <th scope="col">calls</th>
            <th scope="col">failed</th>
            <th scope="col">p95</th>
          </tr>
        </thead>
        <tbody>
          {tools.slice(0, MOST).map((tool) => (
            <tr key={tool.name}>
              <th scope="row">
                <span title={safeText(tool.name)}>{safeText(tool.name)}</span>
                <svg viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true">
                  <rect class="tool-calls" width={(tool.calls / most) * 100} height={3} />
                  <rect class="tool-failures" width={(tool.failures / most) * 100} height={3} />
                </svg>
              </th>
              <td>{tool.calls}</td>
              <td class={tool.failures > 0 ? "has-failures" : "is-zero"}>{tool.failures}</td>
              <td class={tool.latency && tool.latency.count < ENOUGH_FOR_P95 ? "is-low" : ""}>
                {tool.latency ? formatLatency(tool.latency.p95Ms) : "–"}
                {tool.latency && tool.latency.count < ENOUGH_FOR_P95 && (
                  <span class="low-mark" title={`low confidence: ${tool.latency.count} samples`}>
                    *
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && (
        <p class="footnote">
          and {more} more:{" "}
          {tools
            .slice(MOST)
            .map((tool) => `${safeText(tool.name)} ${tool.calls}`)
            .join(", ")}
        </p>
      )}
    </>
  )
}
