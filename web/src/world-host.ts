/**
 * Connects the fleet to the drawn world. The world comes as a part of its own that is loaded after the list stands, and the page
 * goes on without it where the browser cannot draw it.
 */
import { effect } from "@preact/signals"
import { toMs } from "@vibecraft/shared/format-duration"
import type { Fleet } from "./state/fleet.ts"
import type { ViewState } from "./state/view-state.ts"
import type { World, WorldReport } from "./scene/world.ts"
import type { ZoneView } from "./scene/zone-view.ts"

declare global {
  interface Window {
    /** For tests and the curious: what the world can tell of itself. Undefined where none is drawn. */
    __vibecraft?: { report(): WorldReport | undefined }
  }
}

/** The world as the page uses it. All calls do nothing while there is none. */
export interface WorldHost {
  /** Loads and draws. `select` is called with what was chosen in the picture. */
  start(select: (id: string | undefined) => void): Promise<void>
  /** Looks at a session's zone, or over all. */
  look(id: string | undefined): void
  setHidden(hidden: boolean): void
}

/** Where the page is one column and the world a band in it. The style sheet says the same. */
const NARROW = "(max-width: 899px)"

/** Makes the host. */
export function createWorldHost(canvas: HTMLCanvasElement, fleet: Fleet, view: ViewState): WorldHost {
  let world: World | undefined
  window.__vibecraft = { report: () => world?.report() }

  return {
    async start(select) {
      try {
        const [{ createWorld }, { toZoneView }] = await Promise.all([import("./scene/world.ts"), import("./scene/zone-view.ts")])
        const drawn = createWorld({
          canvas,
          reducedMotion: matchMedia("(prefers-reduced-motion: reduce)").matches,
          onSelect: select,
          onHover(id, x, y) {
            const frame = canvas.getBoundingClientRect()
            view.hovered.value = id === undefined ? undefined : { id, x: x + frame.left, y: y + frame.top }
          },
          onLost(lost) {
            view.world.value = lost ? "lost" : "drawn"
          },
        })
        world = drawn
        const narrow = matchMedia(NARROW)
        const setInsets = (): void => drawn.setInsets(insets(narrow.matches, view.selectedId.peek() !== undefined))
        narrow.addEventListener("change", setInsets)

        const shown = new Map<string, string>()
        const show = (ids: Iterable<string>): void => {
          const changes = new Map<string, ZoneView | undefined>()
          for (const id of byArrival(ids, fleet)) {
            const session = fleet.session(id)
            const zone = session && toZoneView(session)
            // Most news of a session changes nothing that is drawn, and then no frame is.
            const look = JSON.stringify(zone)
            if (shown.get(id) === look) continue
            if (zone) shown.set(id, look)
            else shown.delete(id)
            changes.set(id, zone)
          }
          if (changes.size > 0) drawn.apply(changes)
        }
        show(fleet.sessions.peek().map(({ id }) => id))
        fleet.onChange(({ changed }) => show(changed))
        let panelOpen: boolean | undefined
        effect(() => {
          const selected = view.selectedId.value
          drawn.choose(selected, view.hovered.value?.id, false)
          if (panelOpen === (selected !== undefined)) return
          panelOpen = selected !== undefined
          setInsets()
        })
        effect(() => drawn.setStale(view.line.value.kind === "stale"))
        view.world.value = "drawn"
      } catch (error) {
        view.world.value = "missing"
        if (!(error instanceof Error && error.name === "NoWebGlError")) reportError(error)
      }
    },
    look(id) {
      if (id === undefined) world?.overview()
      else world?.choose(id, view.hovered.peek()?.id, true)
    },
    setHidden: (hidden) => world?.setHidden(hidden),
  }
}

/** In the order in which sessions were published, so that every page lays the same world out. */
function byArrival(ids: Iterable<string>, fleet: Fleet): string[] {
  const at = (id: string): number => {
    const time = fleet.session(id)?.discoveredTime
    return time ? toMs(time) : 0
  }
  return [...ids].sort((a, b) => at(a) - at(b) || (a < b ? -1 : 1))
}

/** What the page's parts cover of the picture, in CSS pixels: the widths of the style sheet. */
function insets(narrow: boolean, panel: boolean): { left: number; right: number; top: number; bottom: number } {
  return narrow ? { left: 8, right: 8, top: 8, bottom: 0 } : { left: 364, right: panel ? 424 : 24, top: 64, bottom: 34 }
}
