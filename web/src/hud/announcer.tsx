/** Tells a screen reader who needs a person, politely, and what the picture shows. */
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { safeText } from "@vibecraft/shared/safe-text"
import { sessionLabel } from "@vibecraft/shared/session-label"
import type { JSX } from "preact"
import type { Page } from "./page.ts"

/** Invisible. */
export function Announcer({ page }: { readonly page: Page }): JSX.Element {
  const waiting = page.fleet.sessions.value.filter((session) => session.status === Status.WAITING)
  const said = waiting.map((session) => `${sessionLabel(session)}: ${safeText(session.statusReason) || "waits for you"}`).join(". ")
  return (
    <div class="unseen" aria-live="polite">
      {waiting.length > 0 && `${waiting.length === 1 ? "One session needs" : `${waiting.length} sessions need`} you. ${said}.`}
    </div>
  )
}
