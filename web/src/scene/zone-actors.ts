/** The life of every zone between two messages: when it rose, where its robot walks, when it is over. Writes the zone texture. */
import { Agent } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import type { GroundPoint } from "../layout/hex.ts"
import { cellAt, cellCentre } from "../layout/hex.ts"
import { createHexLayout } from "../layout/hex-layout.ts"
import { channels } from "../theme/colours.ts"
import { standPlace, stationIndex, stationPlace } from "./stations.ts"
import { type Walker, createWalker } from "./walker.ts"
import { MARKS, MOODS, NEVER, TEXELS, type ZoneTexture } from "./zone-texture.ts"
import type { ZoneView } from "./zone-view.ts"

const RISE_S = 0.6
const LEAVE_S = 0.4
const BEAT_S = 4
const STAGGER_S = 0.045
const LONGEST_STAGGER_S = 0.9
/** Long ago, as a time since which a status holds: nothing beats for it. */
const LONG_AGO = -1000

interface Actor {
  view: ZoneView
  readonly place: GroundPoint
  readonly walker: Walker
  readonly seed: number
  bornAt: number
  goneAt: number
  statusAt: number
  stationAt: number
}

/** How much moves: see Motion in frame.ts. */
export interface ActorMotion {
  /** Something changes its place. */
  readonly travelling: boolean
  /** Something moves where it is: work, thought, a beat. */
  readonly lively: boolean
}

/** All zones. */
export interface ZoneActors {
  readonly zones: ReadonlyMap<string, ZoneView>
  /** Takes over new states; undefined for a zone that is no more. `nowS` is the world's time. */
  update(changes: ReadonlyMap<string, ZoneView | undefined>, nowS: number, animate: boolean): void
  setMarks(selected: string | undefined, hovered: string | undefined): void
  /** Moves everything on and writes what moved. */
  step(nowS: number, seconds: number): ActorMotion
  placeOf(id: string): GroundPoint | undefined
  /** Zones that stay, not those on their way out. */
  places(): GroundPoint[]
  zoneAt(point: GroundPoint): string | undefined
}

/** No zones yet. */
export function createZoneActors(texture: ZoneTexture): ZoneActors {
  const layout = createHexLayout()
  const actors = new Map<string, Actor>()
  const zones = new Map<string, ZoneView>()
  let selected: string | undefined
  let hovered: string | undefined

  function write(id: string, actor: Actor): void {
    const slot = texture.slotOf(id)
    if (slot === undefined) return
    const { view, place } = actor
    const marks = (id === hovered ? MARKS.hovered : 0) + (id === selected ? MARKS.selected : 0)
    const station = view.station ? stationIndex(view.station) : -1
    texture.write(slot, TEXELS.place, place.x, place.z, actor.bornAt, actor.goneAt)
    texture.write(slot, TEXELS.status, view.status, actor.statusAt, marks, station)
    texture.write(slot, TEXELS.trim, ...channels(view.trim), view.agent === Agent.CODEX ? 2 : 1)
    texture.write(slot, TEXELS.extra, actor.seed, view.contextRatio ?? -1, view.subagents, actor.stationAt)
    writeRobot(slot, actor)
  }

  function writeRobot(slot: number, { walker, view }: Actor): void {
    texture.write(slot, TEXELS.robot, walker.x, walker.z, walker.heading, moodOf(view, walker.moving))
  }

  function sendRobot(actor: Actor, animate: boolean): void {
    const { view, walker } = actor
    // While the model thinks the robot stays where it last worked; what needs a person is settled in the middle.
    const thinking = view.status === Status.WORKING && !view.station
    const station = view.status === Status.WAITING ? "centre" : (view.station ?? (thinking ? undefined : "centre"))
    if (!station) return
    const face = station === "centre" ? { x: 0.9, z: 2.2 } : stationPlace(station)
    if (animate) walker.send(standPlace(station), face)
    else walker.put(standPlace(station), face)
  }

  function enter(id: string, view: ZoneView, nowS: number, bornAt: number, animate: boolean): void {
    const place = cellCentre(layout.place({ id, project: view.project }))
    const actor: Actor = {
      view,
      place,
      walker: createWalker(),
      seed: seedOf(id),
      bornAt: animate ? bornAt : LONG_AGO,
      goneAt: NEVER,
      statusAt: animate && bornAt === nowS ? nowS : LONG_AGO,
      stationAt: nowS,
    }
    actors.set(id, actor)
    zones.set(id, view)
    texture.add(id)
    sendRobot(actor, false)
    write(id, actor)
  }

  return {
    zones,
    update(changes, nowS, animate) {
      // Many at once are a snapshot: they rise one after the other, from the middle outwards.
      const arrivals = [...changes].filter(([id, view]) => view && !actors.has(id)).length
      let order = 0
      for (const [id, view] of changes) {
        const actor = actors.get(id)
        if (!view) {
          if (!actor || actor.goneAt !== NEVER) continue
          actor.goneAt = animate ? nowS : nowS - LEAVE_S
          zones.delete(id)
          write(id, actor)
        } else if (!actor) {
          enter(id, view, nowS, arrivals > 1 ? nowS + Math.min(LONGEST_STAGGER_S, order++ * STAGGER_S) : nowS, animate)
        } else {
          const before = actor.view
          actor.view = view
          zones.set(id, view)
          if (actor.goneAt !== NEVER) {
            // It came back before it had gone.
            actor.goneAt = NEVER
            actor.bornAt = LONG_AGO
          }
          if (before.status !== view.status) actor.statusAt = animate ? nowS : LONG_AGO
          if (before.station !== view.station) actor.stationAt = nowS
          if (before.status !== view.status || before.station !== view.station) sendRobot(actor, animate)
          write(id, actor)
        }
      }
    },
    setMarks(nextSelected, nextHovered) {
      const touched = new Set([selected, hovered, nextSelected, nextHovered])
      selected = nextSelected
      hovered = nextHovered
      for (const id of touched) {
        const actor = id === undefined ? undefined : actors.get(id)
        if (id !== undefined && actor) write(id, actor)
      }
    },
    step(nowS, seconds) {
      let travelling = false
      let lively = false
      for (const [id, actor] of actors) {
        if (nowS >= actor.goneAt + LEAVE_S) {
          actors.delete(id)
          layout.remove(id)
          texture.remove(id)
          continue
        }
        if (nowS < actor.bornAt + RISE_S || actor.goneAt !== NEVER) travelling = true
        if (actor.walker.moving) {
          actor.walker.step(seconds)
          const slot = texture.slotOf(id)
          if (slot !== undefined) writeRobot(slot, actor)
          travelling = true
        }
        const { status, subagents } = actor.view
        if (status === Status.WORKING || subagents > 0) lively = true
        if (status === Status.WAITING && nowS < actor.statusAt + BEAT_S) lively = true
        if (status === Status.STALLED && nowS < actor.statusAt + 1) lively = true
      }
      return { travelling, lively }
    },
    placeOf: (id) => actors.get(id)?.place,
    places: () => [...actors.values()].filter((actor) => actor.goneAt === NEVER).map((actor) => actor.place),
    zoneAt(point) {
      const id = layout.zoneAt(cellAt(point))
      return id !== undefined && zones.has(id) ? id : undefined
    },
  }
}

function moodOf(view: ZoneView, moving: boolean): number {
  if (view.status === Status.OFFLINE) return MOODS.gone
  if (moving) return MOODS.walking
  if (view.status === Status.WAITING) return MOODS.asking
  if (view.status === Status.WORKING) return view.station ? MOODS.working : MOODS.thinking
  return MOODS.resting
}

function seedOf(id: string): number {
  let hash = 7
  for (let i = 0; i < id.length; i++) hash = (Math.imul(hash, 31) + id.charCodeAt(i)) >>> 0
  return (hash % 1000) / 1000
}
