/** Decides which labels may be drawn so that none covers another: the important first, the rest where there is room. */

/** A label's place on the screen, in CSS pixels. */
export interface LabelBox {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** A label that may be drawn: which of the candidates, and at which of its places. */
export interface KeptLabel {
  readonly index: number
  readonly box: LabelBox
}

const BUCKET = 96

/**
 * The labels that are drawn. `candidates` come most important first, each with the places it could take, best first; none for a label
 * off screen. No two of the answered boxes overlap, and a label is left out only where every place of it is taken.
 */
export function cullLabels(candidates: readonly (readonly LabelBox[])[], limit = Number.POSITIVE_INFINITY): KeptLabel[] {
  const buckets = new Map<number, LabelBox[]>()
  const kept: KeptLabel[] = []
  for (let index = 0; index < candidates.length && kept.length < limit; index++) {
    for (const box of candidates[index] ?? []) {
      const keys = bucketsOf(box)
      if (keys.some((key) => buckets.get(key)?.some((other) => overlap(box, other)))) continue
      for (const key of keys) {
        const bucket = buckets.get(key)
        if (bucket) bucket.push(box)
        else buckets.set(key, [box])
      }
      kept.push({ index, box })
      break
    }
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
