// Lists of members in the order in which they started: what is looked for is found by halving.

import type { Member } from "./member.ts"

/** Negative where the first stands before the second. */
export function inOrder(a: Member, b: Member): number {
  return a.startMs - b.startMs || (a.id < b.id ? -1 : Number(a.id > b.id))
}

/** How many of a sorted list come before something, which `order` compares an item with. */
export function countBefore<T>(list: readonly T[], order: (item: T) => number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (order(list[middle] as T) < 0) low = middle + 1
    else high = middle
  }
  return low
}

export function placeOf(members: readonly Member[], member: Member): number {
  return countBefore(members, (other) => inOrder(other, member))
}

export function insert(members: Member[], member: Member): void {
  members.splice(placeOf(members, member), 0, member)
}

/** Takes out a member that is in the list. */
export function take(members: Member[], member: Member): void {
  const at = members.indexOf(member, placeOf(members, member))
  if (at >= 0) members.splice(at, 1)
}
