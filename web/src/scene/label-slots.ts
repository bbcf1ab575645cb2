/** Places in the label atlas. A text keeps its place while it is used; the one unused longest makes room for a new one. */

/** Slots by key. */
export interface LabelSlots {
  /** Starts a pass: what is asked for from here on cannot be pushed out before the next pass. */
  begin(): void
  /** The slot of a key; `fresh` when the text must be drawn into it. Undefined when all slots are in use in this pass. */
  take(key: string): { readonly slot: number; readonly fresh: boolean } | undefined
  /** Forgets everything, for example when the pixel ratio changed. */
  clear(): void
}

/** `capacity` empty slots, numbered from 0. */
export function createLabelSlots(capacity: number): LabelSlots {
  // A map keeps insertion order, so the first key is the one unused longest.
  const slots = new Map<string, { slot: number; pass: number }>()
  let free = Array.from({ length: capacity }, (_, i) => capacity - 1 - i)
  let pass = 0
  return {
    begin() {
      pass++
    },
    take(key) {
      const known = slots.get(key)
      if (known) {
        slots.delete(key)
        slots.set(key, { slot: known.slot, pass })
        return { slot: known.slot, fresh: false }
      }
      let slot = free.pop()
      if (slot === undefined) {
        const oldest = slots.entries().next().value
        if (!oldest || oldest[1].pass === pass) return undefined
        slots.delete(oldest[0])
        slot = oldest[1].slot
      }
      slots.set(key, { slot, pass })
      return { slot, fresh: true }
    },
    clear() {
      slots.clear()
      free = Array.from({ length: capacity }, (_, i) => capacity - 1 - i)
    },
  }
}
