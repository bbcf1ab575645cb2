/** Which labels the zones would like to show, where on the screen, and in which order of importance. What then fits is decided by the culling. */
import { type PerspectiveCamera, Vector3 } from "three"
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { statusRank } from "@vibecraft/shared/needs-you-order"
import type { GroundPoint } from "../layout/hex.ts"
import type { ViewInsets } from "./camera.ts"
import type { LabelSize } from "./label-atlas.ts"
import type { LabelBox } from "./label-culling.ts"
import type { LabelText } from "./label-painter.ts"
import { stationPlace } from "./stations.ts"
import type { ZoneView } from "./zone-view.ts"

/** Below so many pixels per world unit a zone shows its name alone, and further out nothing but what matters. */
const DETAIL_PX = 7.5
const URGENT_DETAIL_PX = 6
const FAR_PX = 4
/** On a narrow picture there is room for fewer. */
const NARROW_PX = 560
const FAR_ON_NARROW_PX = 8.5
/** A name stands at the front rim of its zone, so far from its middle: there it covers nothing but floor. */
const RIM = 9
/** How far a label may reach under what covers the picture. */
const OVERHANG_PX = 24
/** How far a label may stand beside its place so as to be whole. */
const MOST_SHIFT_PX = 70

/** What is marked, and so comes first. */
export interface Chosen {
  readonly selected: string | undefined
  readonly hovered: string | undefined
}

/** A label that wants to be shown. */
export interface LabelCandidate {
  readonly zone: string
  readonly text: LabelText
  readonly size: LabelSize
  /** Where it could stand, best first. */
  readonly places: readonly LabelBox[]
}

/** The picture as the labels must know it. */
export interface LabelView {
  readonly camera: PerspectiveCamera
  readonly width: number
  readonly height: number
  /** What something else covers. */
  readonly covered: ViewInsets
}

/** Zones in the order of their importance. */
export function rankZones(zones: Iterable<ZoneView>, { selected, hovered }: Chosen): ZoneView[] {
  const rank = (zone: ZoneView): number => (zone.id === selected || zone.id === hovered ? -1 : statusRank(zone.status))
  return [...zones].sort((a, b) => rank(a) - rank(b))
}

/** The labels wanted, names before tools. */
export function labelCandidates(
  ranked: readonly ZoneView[],
  { camera, width, height, covered }: LabelView,
  { selected, hovered }: Chosen,
  placeOf: (id: string) => GroundPoint | undefined,
  sizeOf: (text: LabelText) => LabelSize,
): LabelCandidate[] {
  const point = new Vector3()
  const front = camera.getWorldDirection(new Vector3()).setY(0).normalize().multiplyScalar(-RIM)
  const far = width < NARROW_PX ? FAR_ON_NARROW_PX : FAR_PX

  function project(x: number, y: number, z: number): { x: number; y: number } | undefined {
    point.set(x, y, z).project(camera)
    if (point.z > 1 || point.z < -1) return undefined
    return { x: ((point.x + 1) / 2) * width, y: ((1 - point.y) / 2) * height }
  }
  function isFree(box: LabelBox): boolean {
    return (
      box.left > covered.left - OVERHANG_PX &&
      box.left + box.width < width - covered.right + OVERHANG_PX &&
      box.top > covered.top - OVERHANG_PX &&
      box.top + box.height < height - covered.bottom + OVERHANG_PX
    )
  }

  /** Moves a label that sticks out a little back into what is free. */
  function inside(box: LabelBox): LabelBox {
    const least = covered.left + 4
    const most = width - covered.right - box.width - 4
    const left = Math.min(Math.max(box.left, least), Math.max(least, most))
    return Math.abs(left - box.left) <= MOST_SHIFT_PX ? { ...box, left } : box
  }

  const names: LabelCandidate[] = []
  const tools: LabelCandidate[] = []
  for (const zone of ranked) {
    const at = placeOf(zone.id)
    const rim = at && project(at.x + front.x, 0, at.z + front.z)
    if (!at || !rim || rim.x < -200 || rim.x > width + 200 || rim.y < -60 || rim.y > height + 120) continue
    const pixels = pixelsPerUnit(camera, at, height)
    const chosen = zone.id === selected || zone.id === hovered
    const urgent = zone.status === Status.WAITING || zone.status === Status.STALLED
    if (pixels < far && !chosen && !urgent) continue
    const detailed = pixels >= DETAIL_PX || chosen || (urgent && pixels >= URGENT_DETAIL_PX)
    const { name, status, trim } = zone
    const text: LabelText = { kind: "name", name, statusLine: detailed ? zone.statusLine : "", status, trim, chosen: zone.id === selected }
    const size = sizeOf(text)
    const box = { left: rim.x - size.width / 2, top: rim.y - size.height, ...size }
    names.push({ zone: zone.id, text, size, places: [inside(box)].filter(isFree) })

    if (!zone.station || zone.toolLine === "" || (pixels < DETAIL_PX && !chosen)) continue
    const local = stationPlace(zone.station)
    const high = project(at.x + local.x, zone.station === "centre" ? 5.6 : 3.3, at.z + local.z)
    const low = project(at.x + local.x, 0, at.z + local.z + 1.4)
    if (!high || !low) continue
    const toolText: LabelText = { kind: "tool", text: zone.toolLine, status }
    const tool = sizeOf(toolText)
    const places = [
      { left: high.x - tool.width / 2, top: high.y - tool.height, ...tool },
      { left: local.x < 0 ? high.x - tool.width : high.x, top: high.y - tool.height, ...tool },
      { left: low.x - tool.width / 2, top: low.y, ...tool },
    ]
    tools.push({ zone: zone.id, text: toolText, size: tool, places: places.map(inside).filter(isFree) })
  }
  return [...names, ...tools]
}

function pixelsPerUnit(camera: PerspectiveCamera, at: GroundPoint, height: number): number {
  const away = Math.hypot(camera.position.x - at.x, camera.position.y, camera.position.z - at.z)
  return height / (2 * Math.tan((camera.fov * Math.PI) / 360) * away)
}
