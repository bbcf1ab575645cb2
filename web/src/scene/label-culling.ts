/** Decides which labels may be drawn so that none covers another: the important first, the rest where there is room. */

/** A label's place on the screen, in CSS pixels. */
export interface LabelBox {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

const BUCKET = 96

/**
 * Indices of the boxes that are drawn. `boxes` come most important first; undefined stands for a label that is off screen.
 * No two of the answered boxes overlap, and each box left out overlaps one that is drawn before it.
 */
export function cullLabels(boxes: readonly (LabelBox | undefined)[], limit = Number.POSITIVE_INFINITY): number[] {
  const buckets = new Map<number, LabelBox[]>()
  const kept: number[] = []
  for (let index = 0; index < boxes.length && kept.length < limit; index++) {
    const box = boxes[index]
    if (!box) continue
    const keys = bucketsOf(box)
    if (keys.some((key) => buckets.get(key)?.some((other) => overlap(box, other)))) continue
    for (const key of keys) {
      const bucket = buckets.get(key)
      if (bucket) bucket.push(box)
      else buckets.set(key, [box])
    }
    kept.push(index)
  }
  return kept
}

function bucketsOf(box: LabelBox): number[] {
  const keys: number[] = []
  const right = Math.floor((box.left + box.width) / BUCKET)
  const bottom = Math.floor((box.top + box.height) / BUCKET)
  for (let column = Math.floor(box.left / BUCKET); column <= right; column++) {
    for (let row = Math.floor(box.top / BUCKET); row <= bottom; row++) keys.push(column * 65_536 + row)
  }
  return keys
}

function overlap(a: LabelBox, b: LabelBox): boolean {
  return a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height
}
