/** Puts the page together: feed -> fleet -> page and world. */
import "@fontsource-variable/inter/wght.css"
import "./style.css"
import { effect } from "@preact/signals"
import { render } from "preact"
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { createDaemonFeed } from "./feed/daemon-feed.ts"
import { App } from "./hud/app.tsx"
import { listenToKeys } from "./hud/keyboard.ts"
import type { Page } from "./hud/page.ts"
import { createClock } from "./state/clock.ts"
import { createFleet } from "./state/fleet.ts"
import { pageTitle } from "./state/page-title.ts"
import { createViewState } from "./state/view-state.ts"
import { createWorldHost } from "./world-host.ts"

const view = createViewState()
const clock = createClock()
// While the page is hidden there are no frames, but the title must still follow.
const fleet = createFleet((flush) => {
  if (document.visibilityState === "hidden") queueMicrotask(flush)
  else requestAnimationFrame(flush)
})
const feed = createDaemonFeed({
  baseUrl: location.origin,
  onSessions: (message) => fleet.applySessions(message),
  onMetrics: (message) => fleet.applyMetrics(message),
  onLine: (line) => {
    view.line.value = line
  },
})

const canvas = document.querySelector<HTMLCanvasElement>("#world") ?? document.body.appendChild(document.createElement("canvas"))
const world = createWorldHost(canvas, fleet, view)
const page: Page = {
  fleet,
  view,
  nowMs: clock.nowMs,
  actions: {
    select(id) {
      view.selectedId.value = id
      view.cursorId.value = id ?? view.cursorId.value
      world.look(id)
    },
    overview: () => world.look(undefined),
    retryNow: () => feed.retryNow(),
  },
}

effect(() => {
  document.title = pageTitle(fleet.waiting.value, view.line.value.kind === "stale")
})
effect(() => {
  const sessions = fleet.sessions.value.filter((session) => session.status !== Status.ENDED)
  canvas.setAttribute("aria-label", `World of ${sessions.length} sessions, ${fleet.waiting.value} waiting. The list tells the same.`)
})
fleet.onChange(({ changed, discovered }) => {
  if (discovered.size > 0) {
    const found = [...discovered].map((sessionId) => ({ sessionId, atMs: Date.now() }))
    view.discoveries.value = [...view.discoveries.value, ...found].slice(-20)
  }
  const selected = view.selectedId.value
  if (selected !== undefined && changed.has(selected) && !fleet.session(selected)) page.actions.select(undefined)
})
document.addEventListener("visibilitychange", () => {
  const hidden = document.visibilityState === "hidden"
  feed.setHidden(hidden)
  clock.setHidden(hidden)
  world.setHidden(hidden)
})
listenToKeys(page, window)
render(<App page={page} />, document.querySelector("#app") as HTMLElement)
void world.start((id) => page.actions.select(id))
