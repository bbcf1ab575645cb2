// Children of one parent in cohorts: those that were started together, in one answer or one after the other with nothing in between. Whether
// two neighbours were is told by the two alone, so a change cuts or joins where it happened and leaves the rest as it is.

import type { Member } from "../member.ts"
import { countBefore, inOrder, placeOf } from "../member-order.ts"
import type { Detector, Part, PartChanged } from "./part.ts"

export class Cohorts {
  readonly #detect: Detector
  readonly #changed: PartChanged
  /** In the order of their first members, none of them empty. */
  readonly #cohorts: Part[] = []

  constructor(detect: Detector, changed: PartChanged) {
    this.#detect = detect
    this.#changed = changed
  }

  add(member: Member): void {
    const after = countBefore(this.#cohorts, (cohort) => inOrder(cohort.members[0] as Member, member))
    const place = after === 0 ? 0 : placeOf(this.#cohorts[after - 1]?.members ?? [], member)
    if (after > 0) this.#cut(after - 1, place)
    this.#open(after, [member])
    this.#join(after)
    this.#join(after - 1)
  }

  /** Takes out a member that was added; what it told of its neighbours may have changed since. */
  remove(member: Member): void {
    const at = countBefore(this.#cohorts, (cohort) => inOrder(cohort.members[0] as Member, member) || -1) - 1
    const cohort = this.#cohorts[at]
    if (cohort === undefined) return
    const place = placeOf(cohort.members, member)
    cohort.members.splice(place, 1)
    this.#changed(cohort)
    if (cohort.members.length === 0) this.#cohorts.splice(at, 1)
    else this.#cut(at, place)
    this.#join(at)
    this.#join(at - 1)
  }

  /** Cuts a cohort before its nth member; nothing where that leaves one side empty. */
  #cut(at: number, place: number): void {
    const cohort = this.#cohorts[at]
    if (cohort === undefined || place === 0 || place === cohort.members.length) return
    this.#open(at + 1, cohort.members.splice(place))
    this.#changed(cohort)
  }

  #open(at: number, members: Member[]): void {
    const cohort = { detect: this.#detect, members }
    this.#cohorts.splice(at, 0, cohort)
    this.#changed(cohort)
  }

  /** Joins a cohort with the next where they were started together. */
  #join(at: number): void {
    const cohort = this.#cohorts[at]
    const next = this.#cohorts[at + 1]
    const last = cohort?.members.at(-1)
    const first = next?.members[0]
    if (cohort === undefined || next === undefined || last === undefined || first === undefined || !areTogether(last, first)) return
    for (const member of next.members.splice(0)) cohort.members.push(member)
    this.#cohorts.splice(at + 1, 1)
    this.#changed(cohort)
    this.#changed(next)
  }
}

/** Whether a child and the next one of its parent were started together. */
export function areTogether({ launch }: Member, { launch: then }: Member): boolean {
  // Of what was started otherwise nothing tells that it was not.
  if (launch === undefined || then === undefined) return true
  if (launch.batch !== undefined && launch.batch === then.batch) return true
  return !isBefore(launch.firstTurnMs, then.startMs) && !isBefore(launch.firstDoneMs, then.startMs)
}

function isBefore(timeMs: number | undefined, thenMs: number): boolean {
  return timeMs !== undefined && timeMs <= thenMs
}
