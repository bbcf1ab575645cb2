/**
 * Names over zones and targets over stations. Texts are painted once into an atlas and drawn as one instanced mesh of quads in screen
 * pixels; which of them appear is decided anew whenever the camera or a text changed, so that none ever covers another.
 */
import {
  CanvasTexture,
  DataTexture,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  LinearFilter,
  Mesh,
  type PerspectiveCamera,
  PlaneGeometry,
  RGBAFormat,
  ShaderMaterial,
  Vector2,
  Vector3,
  type WebGLRenderer,
} from "three"
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import type { GroundPoint } from "../layout/hex.ts"
import { BEACON_HEIGHT } from "./beacon-layer.ts"
import { type LabelBox, cullLabels } from "./label-culling.ts"
import { LABEL_FONTS, LABEL_HEIGHT, LABEL_WIDTH, type LabelText, labelKey, paintLabel } from "./label-painter.ts"
import { createLabelSlots } from "./label-slots.ts"
import type { Layer, SharedUniforms } from "./layer.ts"
import { stationPlace } from "./stations.ts"
import type { ZoneView } from "./zone-view.ts"

const ATLAS_PX = 2048
const GAP = 3
/** Below so many pixels per world unit a zone shows its name alone, and further out nothing but what matters. */
const DETAIL_PX = 7.5
const FAR_PX = 2.6

/** What the layer must be told besides the zones. */
export interface LabelLayer extends Layer {
  /** Chooses and places the labels for this camera. Call before each draw in which the camera or a zone changed. */
  place(camera: PerspectiveCamera, width: number, height: number): void
  setChosen(selected: string | undefined, hovered: string | undefined): void
  /** Paints everything anew, for example after the font came or the pixel ratio changed. */
  repaint(pixelRatio: number): void
  /** Texts drawn in the last frame. */
  shown(): readonly string[]
  /** The zone whose label is at a point of the picture. */
  zoneAt(x: number, y: number): string | undefined
}

const RANK = new Map<Status, number>([
  [Status.WAITING, 0],
  [Status.STALLED, 1],
  [Status.WORKING, 2],
  [Status.STARTING, 3],
  [Status.IDLE, 4],
  [Status.UNKNOWN, 5],
  [Status.OFFLINE, 6],
])

/** Makes the layer. The renderer is needed to put single labels into the atlas on the graphics card. */
export function createLabelLayer(
  uniforms: SharedUniforms,
  renderer: WebGLRenderer,
  placeOf: (id: string) => GroundPoint | undefined,
): LabelLayer {
  const canvas = document.createElement("canvas")
  const context = canvas.getContext("2d") as CanvasRenderingContext2D
  const scratch = new CanvasTexture(canvas)
  const atlas = new DataTexture(new Uint8Array(ATLAS_PX * ATLAS_PX * 4), ATLAS_PX, ATLAS_PX, RGBAFormat)
  for (const texture of [scratch, atlas]) {
    texture.minFilter = LinearFilter
    texture.magFilter = LinearFilter
    texture.generateMipmaps = false
    texture.premultiplyAlpha = false
    texture.flipY = false
  }
  atlas.needsUpdate = true

  let ratio = 1
  let columns = 1
  let slots = createLabelSlots(1)
  const sizes = new Map<string, { width: number; height: number }>()

  const quad = new PlaneGeometry(1, 1).translate(0.5, -0.5, 0)
  const geometry = new InstancedBufferGeometry()
  geometry.index = quad.index
  geometry.setAttribute("position", quad.getAttribute("position"))
  geometry.instanceCount = 0
  let capacity = 0
  const material = new ShaderMaterial({
    uniforms: { ...uniforms, uAtlas: { value: atlas }, uRatio: { value: 1 } },
    transparent: true,
    depthTest: false,
    depthWrite: false,
    vertexShader: /* glsl */ `
attribute vec4 box;
attribute vec2 source;
uniform vec2 uViewport;
uniform float uRatio;
varying vec2 vTexel;
void main() {
  vec2 pixel = floor(box.xy * uRatio + 0.5) / uRatio + vec2(position.x, -position.y) * box.zw;
  vTexel = (source + vec2(position.x, -position.y) * box.zw * uRatio) / ${ATLAS_PX}.0;
  gl_Position = vec4(pixel.x / uViewport.x * 2.0 - 1.0, 1.0 - pixel.y / uViewport.y * 2.0, 0.0, 1.0);
}`,
    fragmentShader: /* glsl */ `
uniform sampler2D uAtlas;
uniform float uStale;
varying vec2 vTexel;
void main() {
  vec4 colour = texture2D(uAtlas, vTexel);
  if (colour.a < 0.01) discard;
  colour.rgb = mix(colour.rgb, vec3(dot(colour.rgb, vec3(0.33))), uStale * 0.8);
  gl_FragColor = colour;
}`,
  })
  const mesh = new Mesh(geometry, material)
  mesh.name = "labels"
  mesh.frustumCulled = false
  mesh.renderOrder = 10

  let zones: ReadonlyMap<string, ZoneView> = new Map()
  let ordered: ZoneView[] = []
  let selected: string | undefined
  let hovered: string | undefined
  let shown: { zone: string; text: string; box: LabelBox }[] = []
  const point = new Vector3()

  /** The label's slot on the atlas, painted if need be. */
  function slotOf(text: LabelText): { slot: number; width: number; height: number } | undefined {
    const key = labelKey(text)
    const taken = slots.take(key)
    if (!taken) return undefined
    let size = sizes.get(key)
    if (taken.fresh || !size) {
      context.setTransform(1, 0, 0, 1, 0, 0)
      context.clearRect(0, 0, canvas.width, canvas.height)
      context.setTransform(ratio, 0, 0, ratio, 0, 0)
      size = paintLabel(context, text)
      if (sizes.size > 4000) sizes.clear()
      sizes.set(key, size)
      scratch.needsUpdate = true
      renderer.copyTextureToTexture(scratch, atlas, null, slotCorner(taken.slot))
    }
    return { slot: taken.slot, ...size }
  }

  function slotCorner(slot: number): Vector2 {
    return new Vector2((slot % columns) * canvas.width, Math.floor(slot / columns) * canvas.height)
  }

  /** The size a label will have; a label not painted yet is measured. */
  function sizeOf(text: LabelText): { width: number; height: number } {
    const key = labelKey(text)
    let size = sizes.get(key)
    if (!size) {
      context.setTransform(ratio, 0, 0, ratio, 0, 0)
      size = paintLabel(context, text)
      sizes.set(key, size)
    }
    return size
  }

  function rankOf(zone: ZoneView): number {
    return zone.id === selected || zone.id === hovered ? -1 : (RANK.get(zone.status) ?? 5)
  }

  function sortZones(): void {
    ordered = [...zones.values()].sort((a, b) => rankOf(a) - rankOf(b))
  }

  interface Candidate {
    readonly zone: string
    readonly text: LabelText
    readonly size: { width: number; height: number }
    readonly places: LabelBox[]
  }

  return {
    object: mesh,
    apply(changes) {
      zones = changes.zones
      sortZones()
    },
    setChosen(nextSelected, nextHovered) {
      selected = nextSelected
      hovered = nextHovered
      sortZones()
    },
    repaint(pixelRatio) {
      ratio = pixelRatio
      canvas.width = Math.ceil(LABEL_WIDTH * ratio)
      canvas.height = Math.ceil(LABEL_HEIGHT * ratio)
      columns = Math.floor(ATLAS_PX / canvas.width)
      slots = createLabelSlots(columns * Math.floor(ATLAS_PX / canvas.height))
      sizes.clear()
      scratch.dispose()
      ;(material.uniforms["uRatio"] as { value: number }).value = ratio
    },
    place(camera, width, height) {
      const project = (x: number, y: number, z: number): { x: number; y: number } | undefined => {
        point.set(x, y, z).project(camera)
        if (point.z > 1 || point.z < -1) return undefined
        return { x: ((point.x + 1) / 2) * width, y: ((1 - point.y) / 2) * height }
      }
      const onScreen = (box: LabelBox): boolean =>
        box.left + box.width > 0 && box.left < width && box.top + box.height > 0 && box.top < height
      const names: Candidate[] = []
      const tools: Candidate[] = []
      for (const zone of ordered) {
        const at = placeOf(zone.id)
        if (!at) continue
        const over = project(at.x, BEACON_HEIGHT + 0.9, at.z)
        const foot = project(at.x + 1, BEACON_HEIGHT + 0.9, at.z)
        if (!over || !foot || over.x < -200 || over.x > width + 200 || over.y < -60 || over.y > height + 120) continue
        const pixels = Math.hypot(foot.x - over.x, foot.y - over.y)
        const chosen = zone.id === selected || zone.id === hovered
        const urgent = zone.status === Status.WAITING || zone.status === Status.STALLED
        if (pixels < FAR_PX && !chosen && !urgent) continue
        const detailed = pixels >= DETAIL_PX || chosen || urgent
        const text: LabelText = {
          kind: "name",
          name: zone.name,
          statusLine: detailed ? zone.statusLine : "",
          status: zone.status,
          trim: zone.trim,
          chosen: zone.id === selected,
        }
        const size = sizeOf(text)
        const box = { left: over.x - size.width / 2, top: over.y - size.height - GAP, ...size }
        names.push({ zone: zone.id, text, size, places: [box].filter(onScreen) })
        if (!zone.station || zone.toolLine === "" || (pixels < DETAIL_PX && !chosen)) continue
        const local = stationPlace(zone.station)
        const high = project(at.x + local.x, zone.station === "centre" ? 2.6 : 3.1, at.z + local.z)
        const low = project(at.x + local.x, 0, at.z + local.z + 1.4)
        if (!high || !low) continue
        const toolText: LabelText = { kind: "tool", text: zone.toolLine, status: zone.status }
        const toolSize = sizeOf(toolText)
        const places = [
          { left: high.x - toolSize.width / 2, top: high.y - toolSize.height, ...toolSize },
          { left: low.x - toolSize.width / 2, top: low.y, ...toolSize },
          { left: local.x < 0 ? high.x - toolSize.width : high.x, top: high.y + 6, ...toolSize },
        ]
        tools.push({ zone: zone.id, text: toolText, size: toolSize, places: places.filter(onScreen) })
      }
      const candidates = [...names, ...tools]
      const kept = cullLabels(candidates.map((candidate) => candidate.places))

      slots.begin()
      shown = []
      const boxes: number[] = []
      const sources: number[] = []
      for (const { index, box } of kept) {
        const { zone, text, size } = candidates[index] as Candidate
        const painted = slotOf(text)
        if (!painted) continue
        const corner = slotCorner(painted.slot)
        boxes.push(box.left, box.top, size.width, size.height)
        sources.push(corner.x, corner.y)
        shown.push({ zone, text: text.kind === "name" ? text.name : text.text, box })
      }
      const count = shown.length
      if (count > capacity) {
        capacity = Math.max(64, count * 2)
        geometry.setAttribute("box", new InstancedBufferAttribute(new Float32Array(capacity * 4), 4))
        geometry.setAttribute("source", new InstancedBufferAttribute(new Float32Array(capacity * 2), 2))
      }
      for (const [name, values] of [
        ["box", boxes],
        ["source", sources],
      ] as const) {
        const attribute = geometry.getAttribute(name)
        if (!attribute) continue
        attribute.array.set(values)
        attribute.needsUpdate = true
      }
      geometry.instanceCount = count
      mesh.visible = count > 0
    },
    shown: () => shown.map(({ text }) => text),
    zoneAt: (x, y) => shown.find(({ box }) => x >= box.left && x < box.left + box.width && y >= box.top && y < box.top + box.height)?.zone,
    dispose() {
      geometry.dispose()
      quad.dispose()
      material.dispose()
      atlas.dispose()
      scratch.dispose()
    },
  }
}

/** Resolves when the label fonts are there; a font that fails to load is no reason to wait. */
export async function labelFontsReady(): Promise<void> {
  await Promise.allSettled(LABEL_FONTS.map((font) => document.fonts.load(font)))
}
