// Which parts of a line a normaliser reads. Most bytes of a transcript are texts that nobody here looks at: a line read by its shape costs
// what is wanted of it and not what is in it.

import type { JsonObject } from "./json-fields.ts"

/** What is kept of one JSON value. Numbers, true, false and null are kept in any case. */
export interface Shape {
  /** Of a string, at least the first so many UTF-16 units are kept, and one more of a longer one, so that it is seen to be longer. */
  readonly units: number
  /** Of a string cut behind `units`, the last so many units are kept too. */
  readonly tailUnits: number
  /** What is kept of an object's members; all others are passed over. */
  readonly members: MemberTable
  /** What is kept of an array's elements; undefined keeps an empty array. */
  readonly items: Shape | undefined
  /** The value is parsed as a whole. */
  readonly isWhole: boolean
  /** What is kept depends on the members beside it. */
  readonly choose: Choose | undefined
}

/**
 * Chooses the shape of a member by those beside it, as far as they have been read: undefined waits for the others, and where `isComplete` says
 * that there are no more, keeps as much as `present`.
 */
export type Choose = (beside: JsonObject, isComplete: boolean) => Shape | undefined

export interface Member {
  readonly name: string
  /** Its number among all members of all shapes. */
  readonly id: number
  readonly shape: Shape
  /** The name as it stands in a line: names are ASCII without escapes. */
  readonly bytes: Uint8Array
}

const SLOTS = 256

let memberCount = 0

/** How many members all shapes have. */
export function countMembers(): number {
  return memberCount
}

/** Finds members by the bytes of their name. */
export class MemberTable {
  readonly members: ReadonlyMap<string, Member>
  readonly #slots: (readonly Member[] | undefined)[] = Array.from({ length: SLOTS })

  constructor(shapes: Readonly<Record<string, Shape>>) {
    const members = new Map<string, Member>()
    for (const [name, shape] of Object.entries(shapes)) {
      const member: Member = { name, id: memberCount++, shape, bytes: Buffer.from(name, "latin1") }
      members.set(name, member)
      const slot = slotOf(member.bytes, 0, member.bytes.length)
      this.#slots[slot] = [...(this.#slots[slot] ?? []), member]
    }
    this.members = members
  }

  /** The member whose name stands in `bytes` from `start` to `end`; undefined for one that is not wanted. */
  find(bytes: Uint8Array, start: number, end: number): Member | undefined {
    const candidates = this.#slots[slotOf(bytes, start, end)]
    if (candidates === undefined) return undefined
    for (const member of candidates) if (isNamed(member.bytes, bytes, start, end)) return member
    return undefined
  }
}

function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const last = end > start ? (bytes[end - 1] ?? 0) : 0
  return ((end - start) * 41 + (bytes[start] ?? 0) * 7 + last * 3) & (SLOTS - 1)
}

function isNamed(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false
  for (let index = 0; index < name.length; index++) if (name[index] !== bytes[start + index]) return false
  return true
}

const NO_MEMBERS = new MemberTable({})
const NOTHING: Shape = { units: 0, tailUnits: 0, members: NO_MEMBERS, items: undefined, isWhole: false, choose: undefined }

/** Whether a value is there, and of what kind: a string of at least a unit where there is one, an empty object, an empty array. */
export const present: Shape = NOTHING

/** All of a value, for values that are small or of no known build. */
export const whole: Shape = { ...NOTHING, isWhole: true }

/** The first units of a string. */
export function text(units: number, tailUnits = 0): Shape {
  return { ...NOTHING, units, tailUnits }
}

export function object(members: Readonly<Record<string, Shape>>): Shape {
  return { ...NOTHING, members: new MemberTable(members) }
}

export function list(items: Shape): Shape {
  return { ...NOTHING, items }
}

/** What is kept of a member depends on those beside it. */
export function byRest(choose: Choose): Shape {
  return { ...NOTHING, choose }
}

/** What is kept of a value that may be of several kinds: a string, an object, an array. */
export function either(...shapes: readonly Shape[]): Shape {
  return {
    units: Math.max(...shapes.map((shape) => shape.units)),
    tailUnits: Math.max(...shapes.map((shape) => shape.tailUnits)),
    members: shapes.find((shape) => shape.members !== NO_MEMBERS)?.members ?? NO_MEMBERS,
    items: shapes.find((shape) => shape.items !== undefined)?.items,
    isWhole: false,
    choose: undefined,
  }
}
