/**
 * Names at zones and targets over stations. Texts are painted once into an atlas and drawn as one instanced mesh of quads in screen
 * pixels; which of them appear is decided anew whenever the camera or a text changed, so that none ever covers another.
 */
import { InstancedBufferAttribute, InstancedBufferGeometry, Mesh, PlaneGeometry, ShaderMaterial, type WebGLRenderer } from "three"
import type { GroundPoint } from "../layout/hex.ts"
import { ATLAS_PX, createLabelAtlas } from "./label-atlas.ts"
import { type Chosen, type LabelCandidate, type LabelView, labelCandidates, rankZones } from "./label-candidates.ts"
import { type LabelBox, cullLabels } from "./label-culling.ts"
import { LABEL_FONTS } from "./label-painter.ts"
import type { Layer, SharedUniforms } from "./layer.ts"
import type { ZoneView } from "./zone-view.ts"

/** What the layer must be told besides the zones. */
export interface LabelLayer extends Layer {
  /** Chooses and places the labels. Call before each draw in which the camera or a zone changed. */
  place(view: LabelView): void
  setChosen(chosen: Chosen): void
  /** Paints everything anew, for example after the font came or the pixel ratio changed. */
  repaint(pixelRatio: number): void
  /** Texts drawn in the last frame. */
  shown(): readonly string[]
  /** The zone whose label is at a point of the picture. */
  zoneAt(x: number, y: number): string | undefined
}

/** Makes the layer. */
export function createLabelLayer(
  uniforms: SharedUniforms,
  renderer: WebGLRenderer,
  placeOf: (id: string) => GroundPoint | undefined,
): LabelLayer {
  const atlas = createLabelAtlas(renderer)
  const ratio = { value: 1 }
  const quad = new PlaneGeometry(1, 1).translate(0.5, -0.5, 0)
  const geometry = new InstancedBufferGeometry()
  geometry.index = quad.index
  geometry.setAttribute("position", quad.getAttribute("position"))
  geometry.instanceCount = 0
  const material = new ShaderMaterial({
    uniforms: { ...uniforms, uAtlas: { value: atlas.texture }, uRatio: ratio },
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
  let chosen: Chosen = { selected: undefined, hovered: undefined }
  let ranked: ZoneView[] = []
  let shown: { zone: string; text: string; box: LabelBox }[] = []
  let capacity = 0

  function upload(boxes: readonly number[], sources: readonly number[], count: number): void {
    if (count > capacity) {
      // Attributes of an instanced geometry cannot grow in place.
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
  }

  return {
    object: mesh,
    apply(changes) {
      ;({ zones } = changes)
      ranked = rankZones(zones.values(), chosen)
    },
    setChosen(next) {
      chosen = next
      ranked = rankZones(zones.values(), chosen)
    },
    repaint(pixelRatio) {
      ratio.value = pixelRatio
      atlas.reset(pixelRatio)
    },
    place(view) {
      const candidates = labelCandidates(ranked, view, chosen, placeOf, (text) => atlas.sizeOf(text))
      const kept = cullLabels(candidates.map((candidate) => candidate.places))
      const boxes: number[] = []
      const sources: number[] = []
      shown = []
      atlas.begin()
      for (const { index, box } of kept) {
        const { zone, text } = candidates[index] as LabelCandidate
        const corner = atlas.take(text)
        if (!corner) continue
        boxes.push(box.left, box.top, box.width, box.height)
        sources.push(corner.x, corner.y)
        shown.push({ zone, text: text.kind === "name" ? text.name : text.text, box })
      }
      upload(boxes, sources, shown.length)
    },
    shown: () => shown.map(({ text }) => text),
    zoneAt: (x, y) => shown.find(({ box }) => x >= box.left && x < box.left + box.width && y >= box.top && y < box.top + box.height)?.zone,
    dispose() {
      geometry.dispose()
      quad.dispose()
      material.dispose()
      atlas.dispose()
    },
  }
}

/** Resolves when the label fonts are there; a font that fails to load is no reason to wait. */
export async function labelFontsReady(): Promise<void> {
  await Promise.allSettled(LABEL_FONTS.map((font) => document.fonts.load(font)))
}
