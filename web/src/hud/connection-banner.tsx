/** Says that what is shown may be out of date, since when, why, and when the next try is. */
import { formatDuration } from "@vibecraft/shared/format-duration"
import type { JSX } from "preact"
import type { Page } from "./page.ts"

/** Nothing while the line is live. */
export function ConnectionBanner({ page }: { readonly page: Page }): JSX.Element | null {
  const line = page.view.line.value
  if (line.kind !== "stale") return null
  const nowMs = page.nowMs.value
  const inMs = line.retryAtMs - nowMs
  return (
    <div class="banner" role="alert">
      <p>
        <strong>Stale.</strong> No connection for {formatDuration(nowMs - line.sinceMs)}: {line.reason}.
        <span class="banner-more"> Everything below is as it was then.</span>
      </p>
      <span class="banner-retry">{inMs > 900 ? `next try in ${formatDuration(inMs + 999)}` : "trying"}</span>
      <button type="button" onClick={() => page.actions.retryNow()}>
        Try now
      </button>
    </div>
  )
}
