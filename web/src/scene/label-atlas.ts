/** The painted texts on the graphics card: one texture of equal slots, into which single labels are painted when they are first needed. */
import { CanvasTexture, DataTexture, LinearFilter, RGBAFormat, Vector2, type WebGLRenderer } from "three"
import { LABEL_HEIGHT, LABEL_WIDTH, type LabelText, labelKey, paintLabel } from "./label-painter.ts"
import { createLabelSlots } from "./label-slots.ts"

/** Side of the atlas in device pixels. */
export const ATLAS_PX = 2048
/** Sizes of texts are remembered up to this many. */
const MOST_SIZES = 4000

/** Size of a label in CSS pixels. */
export interface LabelSize {
  readonly width: number
  readonly height: number
}

/** Texts on a texture. */
export interface LabelAtlas {
  readonly texture: DataTexture
  /** The size a label has or would have. */
  sizeOf(text: LabelText): LabelSize
  /** Starts a pass: slots handed out from here on stay until the next one. */
  begin(): void
  /** Corner of the label on the texture, in device pixels; undefined when the atlas is full of labels of this pass. */
  take(text: LabelText): { readonly x: number; readonly y: number } | undefined
  /** Empties the atlas, for another pixel ratio, another font, or a new graphics context. */
  reset(pixelRatio: number): void
  dispose(): void
}

/** An empty atlas. The renderer puts single labels in place. */
export function createLabelAtlas(renderer: WebGLRenderer): LabelAtlas {
  const canvas = document.createElement("canvas")
  const context = canvas.getContext("2d") as CanvasRenderingContext2D
  const scratch = new CanvasTexture(canvas)
  const texture = new DataTexture(new Uint8Array(ATLAS_PX * ATLAS_PX * 4), ATLAS_PX, ATLAS_PX, RGBAFormat)
  for (const each of [scratch, texture]) {
    each.minFilter = LinearFilter
    each.magFilter = LinearFilter
    each.generateMipmaps = false
    each.flipY = false
  }
  texture.needsUpdate = true

  let ratio = 1
  let columns = 1
  let slots = createLabelSlots(1)
  const sizes = new Map<string, LabelSize>()

  function paint(text: LabelText, key: string): LabelSize {
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.clearRect(0, 0, canvas.width, canvas.height)
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    const size = paintLabel(context, text)
    if (sizes.size > MOST_SIZES) sizes.clear()
    sizes.set(key, size)
    return size
  }

  return {
    texture,
    sizeOf(text) {
      const key = labelKey(text)
      return sizes.get(key) ?? paint(text, key)
    },
    begin: () => slots.begin(),
    take(text) {
      const key = labelKey(text)
      const taken = slots.take(key)
      if (!taken) return undefined
      const corner = new Vector2((taken.slot % columns) * canvas.width, Math.floor(taken.slot / columns) * canvas.height)
      if (taken.fresh) {
        paint(text, key)
        scratch.needsUpdate = true
        renderer.copyTextureToTexture(scratch, texture, null, corner)
      }
      return corner
    },
    reset(pixelRatio) {
      ratio = pixelRatio
      canvas.width = Math.ceil(LABEL_WIDTH * ratio)
      canvas.height = Math.ceil(LABEL_HEIGHT * ratio)
      columns = Math.floor(ATLAS_PX / canvas.width)
      slots = createLabelSlots(columns * Math.floor(ATLAS_PX / canvas.height))
      sizes.clear()
      scratch.dispose()
    },
    dispose() {
      texture.dispose()
      scratch.dispose()
    },
  }
}
