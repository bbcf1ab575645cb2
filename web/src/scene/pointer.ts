/** What the pointer means: a press and release in one place chooses, a move over a zone marks it. Dragging belongs to the camera. */

const SLIP_PX = 5

/** What a pointer reports to. */
export interface PointerTargets {
  zoneAt(x: number, y: number): string | undefined
  onSelect(id: string | undefined): void
  onHover(id: string | undefined, x: number, y: number): void
}

/** Listens until closed. */
export function createPointer(canvas: HTMLCanvasElement, targets: PointerTargets): { close(): void } {
  const listening = new AbortController()
  const { signal } = listening
  let pressed: { x: number; y: number } | undefined
  let hovered: string | undefined

  const at = (event: PointerEvent): { x: number; y: number } => {
    const frame = canvas.getBoundingClientRect()
    return { x: event.clientX - frame.left, y: event.clientY - frame.top }
  }
  const hover = (id: string | undefined, x: number, y: number): void => {
    if (id === undefined && hovered === undefined) return
    hovered = id
    canvas.classList.toggle("is-pointing", id !== undefined)
    targets.onHover(id, x, y)
  }

  canvas.addEventListener(
    "pointerdown",
    (event) => {
      pressed = event.button === 0 ? at(event) : undefined
    },
    { signal },
  )
  canvas.addEventListener(
    "pointerup",
    (event) => {
      const { x, y } = at(event)
      if (pressed && Math.hypot(pressed.x - x, pressed.y - y) <= SLIP_PX) targets.onSelect(targets.zoneAt(x, y))
      pressed = undefined
    },
    { signal },
  )
  canvas.addEventListener(
    "pointermove",
    (event) => {
      if (event.pointerType === "touch") return
      const { x, y } = at(event)
      const dragging = pressed !== undefined && Math.hypot(pressed.x - x, pressed.y - y) > SLIP_PX
      hover(dragging ? undefined : targets.zoneAt(x, y), x, y)
    },
    { signal },
  )
  canvas.addEventListener("pointerleave", () => hover(undefined, 0, 0), { signal })
  return { close: () => listening.abort() }
}
