/** Puts the picture together: renderer, camera, layers, frames. It is given views of zones and draws them; it asks for nothing. */
import { ColorManagement, LinearSRGBColorSpace, Scene, Vector2, WebGLRenderer } from "three"
import type { GroundPoint } from "../layout/hex.ts"
import { BACKGROUND } from "../theme/colours.ts"
import { createBeaconLayer } from "./beacon-layer.ts"
import { createBorderLayer } from "./border-layer.ts"
import { type ViewInsets, createViewCamera } from "./camera.ts"
import { createDroneLayer } from "./drone-layer.ts"
import { type Motion, browserClock, createFrame } from "./frame.ts"
import { createGridLayer } from "./grid-layer.ts"
import { createLabelLayer, labelFontsReady } from "./label-layer.ts"
import type { SharedUniforms } from "./layer.ts"
import { createLinkLayer } from "./link-layer.ts"
import { createPointer } from "./pointer.ts"
import { createRobotLayer } from "./robot-layer.ts"
import { createStationLayer } from "./station-layer.ts"
import { createZoneActors } from "./zone-actors.ts"
import { createZoneLayer } from "./zone-layer.ts"
import { createZoneTexture } from "./zone-texture.ts"
import type { ZoneView } from "./zone-view.ts"

/** More pixels than these per CSS pixel cost much and show little. */
const MOST_PIXEL_RATIO = 2
/** With fewer pixels per world unit stations and robots are too small to be told apart, and are not drawn. */
const FURNITURE_PX = 2.2

/** What a world needs. */
export interface WorldOptions {
  readonly canvas: HTMLCanvasElement
  /** No endless motion, no camera flights, no rising. */
  readonly reducedMotion: boolean
  /** A zone was chosen; undefined for the ground between. */
  onSelect(id: string | undefined): void
  /** The pointer is over a zone, at a point of the canvas; undefined when it is over none. */
  onHover(id: string | undefined, x: number, y: number): void
  /** The graphics card took the picture away, or gave it back. */
  onLost(lost: boolean): void
}

/** What the world can tell of itself, for tests and benchmarks. */
export interface WorldReport {
  readonly frames: number
  readonly drawCalls: number
  readonly triangles: number
  readonly geometries: number
  readonly textures: number
  /** Main thread time of the last frame. */
  readonly cpuMs: number
  readonly zones: readonly {
    readonly id: string
    readonly name: string
    readonly statusLine: string
    readonly station: string | undefined
    readonly x: number
    readonly z: number
  }[]
  readonly labels: readonly string[]
}

/** A drawn world. */
export interface World {
  /** New states of zones; undefined for one that is no more. */
  apply(changes: ReadonlyMap<string, ZoneView | undefined>): void
  /** Marks zones. With `look` the camera goes to the selected one. */
  choose(selected: string | undefined, hovered: string | undefined, look: boolean): void
  overview(): void
  setInsets(insets: ViewInsets): void
  setStale(stale: boolean): void
  setHidden(hidden: boolean): void
  report(): WorldReport
  close(): void
}

/** Thrown when the browser offers no WebGL 2. */
export class NoWebGlError extends Error {
  override readonly name = "NoWebGlError"
}

/** Makes the world and draws its first frame. Throws NoWebGlError. */
export function createWorld(options: WorldOptions): World {
  const { canvas, reducedMotion } = options
  // Colours are written as they are to be seen; nothing is converted on the way.
  ColorManagement.enabled = false
  let renderer: WebGLRenderer
  try {
    renderer = new WebGLRenderer({ canvas, antialias: true, powerPreference: "low-power" })
  } catch (error) {
    throw new NoWebGlError("this browser offers no WebGL 2", { cause: error })
  }
  renderer.outputColorSpace = LinearSRGBColorSpace
  renderer.setClearColor(BACKGROUND)
  renderer.info.autoReset = true

  const scene = new Scene()
  scene.matrixWorldAutoUpdate = false
  const texture = createZoneTexture()
  const actors = createZoneActors(texture)
  const placeOf = (id: string): GroundPoint | undefined => actors.placeOf(id)
  const uniforms: SharedUniforms = {
    uZones: texture.uniform,
    uTime: { value: 0 },
    uViewport: { value: new Vector2(1, 1) },
    uStale: { value: 0 },
    uMotion: { value: reducedMotion ? 0 : 1 },
  }
  const grid = createGridLayer(uniforms)
  const links = createLinkLayer(uniforms, placeOf)
  const labels = createLabelLayer(uniforms, renderer, placeOf)
  const furniture = [createStationLayer, createRobotLayer, createDroneLayer].map((create) => create(uniforms, texture))
  const layers = [
    grid,
    createZoneLayer(uniforms, texture),
    createBorderLayer(uniforms, texture),
    ...furniture,
    links,
    createBeaconLayer(uniforms, texture),
    labels,
  ]
  for (const layer of layers) scene.add(layer.object)

  const startMs = performance.now()
  const nowS = (): number => (performance.now() - startMs) / 1000
  const size = { width: 1, height: 1 }
  let lost = false
  let cpuMs = 0
  let labelsStale = true
  let changed = new Set<string>()
  let looksAt: string | undefined
  let covered: ViewInsets = { left: 0, right: 0, top: 0, bottom: 0 }

  const view = createViewCamera(canvas, reducedMotion, () => frame.invalidate())

  function draw(timeMs: number, deltaMs: number): Motion {
    if (lost) return "still"
    const begunMs = performance.now()
    const time = (timeMs - startMs) / 1000
    uniforms.uTime.value = time
    const cameraMoves = view.update(deltaMs / 1000)
    const before = texture.count
    const { travelling, lively } = actors.step(time, deltaMs / 1000)
    texture.flush()
    if (changed.size > 0 || texture.count !== before) {
      const changes = { zones: actors.zones, changed }
      for (const layer of layers) layer.apply(changes)
      changed = new Set()
      labelsStale = true
    }
    if (cameraMoves || labelsStale) {
      view.camera.updateMatrixWorld()
      labels.place({ camera: view.camera, width: size.width, height: size.height, covered })
      labelsStale = false
    }
    const isNear = view.pixelsPerUnit() >= FURNITURE_PX
    for (const layer of furniture) layer.object.visible = isNear
    renderer.render(scene, view.camera)
    cpuMs = performance.now() - begunMs
    if (cameraMoves || travelling) return "smooth"
    return !reducedMotion && (lively || links.moving()) ? "calm" : "still"
  }

  const frame = createFrame({ clock: browserClock(), draw })

  function resize(): void {
    const { clientWidth: width, clientHeight: height } = canvas
    if (width === 0 || height === 0) return
    const ratio = Math.min(MOST_PIXEL_RATIO, window.devicePixelRatio || 1)
    size.width = width
    size.height = height
    renderer.setPixelRatio(ratio)
    renderer.setSize(width, height, false)
    uniforms.uViewport.value.set(width, height)
    view.setSize(width, height)
    labels.repaint(ratio)
    labelsStale = true
    frame.invalidate()
  }
  const observer = new ResizeObserver(resize)
  observer.observe(canvas)
  resize()
  void labelFontsReady().then(resize)

  const pointer = createPointer(canvas, {
    zoneAt(x, y) {
      const labelled = labels.zoneAt(x, y)
      if (labelled !== undefined) return labelled
      const ground = view.groundAt(x, y)
      return ground && actors.zoneAt(ground)
    },
    onSelect: (id) => options.onSelect(id),
    onHover: (id, x, y) => options.onHover(id, x, y),
  })

  const onContextLost = (event: Event): void => {
    event.preventDefault()
    lost = true
    options.onLost(true)
  }
  const onContextRestored = (): void => {
    lost = false
    options.onLost(false)
    resize()
  }
  canvas.addEventListener("webglcontextlost", onContextLost)
  canvas.addEventListener("webglcontextrestored", onContextRestored)

  function showAll(): void {
    looksAt = undefined
    const places = actors.places()
    view.overview(places.length > 0 ? places : [{ x: 0, z: 0 }])
    frame.invalidate()
  }

  function measureExtent(): void {
    const places = actors.places()
    const x = places.reduce((sum, place) => sum + place.x, 0) / Math.max(1, places.length)
    const z = places.reduce((sum, place) => sum + place.z, 0) / Math.max(1, places.length)
    const radius = places.reduce((most, place) => Math.max(most, Math.hypot(place.x - x, place.z - z)), 0) + 10
    grid.setExtent(x, z, radius)
  }

  return {
    apply(changes) {
      const before = actors.places().length
      for (const id of changes.keys()) changed.add(id)
      actors.update(changes, nowS(), !reducedMotion)
      measureExtent()
      if (view.guided && looksAt === undefined && actors.places().length !== before) showAll()
      frame.invalidate()
    },
    choose(selected, hovered, look) {
      actors.setMarks(selected, hovered)
      labels.setChosen({ selected, hovered })
      labelsStale = true
      const place = selected === undefined ? undefined : actors.placeOf(selected)
      if (look && place) {
        looksAt = selected
        view.focus(place)
      }
      frame.invalidate()
    },
    overview: showAll,
    setInsets(insets) {
      covered = insets
      view.setInsets(insets)
      labelsStale = true
      frame.invalidate()
    },
    setStale(stale) {
      uniforms.uStale.value = stale ? 1 : 0
      frame.invalidate()
    },
    setHidden: (hidden) => frame.setHidden(hidden),
    report: () => ({
      frames: frame.count(),
      drawCalls: renderer.info.render.calls,
      triangles: renderer.info.render.triangles,
      geometries: renderer.info.memory.geometries,
      textures: renderer.info.memory.textures,
      cpuMs,
      zones: [...actors.zones.values()].map((zone) => ({
        id: zone.id,
        name: zone.name,
        statusLine: zone.statusLine,
        station: zone.station,
        ...(actors.placeOf(zone.id) ?? { x: 0, z: 0 }),
      })),
      labels: labels.shown(),
    }),
    close() {
      frame.close()
      pointer.close()
      observer.disconnect()
      canvas.removeEventListener("webglcontextlost", onContextLost)
      canvas.removeEventListener("webglcontextrestored", onContextRestored)
      for (const layer of layers) layer.dispose()
      view.dispose()
      texture.dispose()
      renderer.dispose()
    },
  }
}
