// Children of one parent whose tasks quote results of others, in parts: each holds all that are bound to each other by quotes.

import type { Member } from "../member.ts"
import { inOrder } from "../member-order.ts"
import type { Detector, Part, PartChanged } from "./part.ts"

export class Quotes {
  readonly #detect: Detector
  readonly #changed: PartChanged
  /** By the call that started them; data may have two of one call. */
  readonly #quotable = new Map<string, Member[]>()
  /** By each call that they quote the result of. */
  readonly #quoting = new Map<string, Member[]>()
  readonly #parts = new Map<Member, Part>()

  constructor(detect: Detector, changed: PartChanged) {
    this.#detect = detect
    this.#changed = changed
  }

  add(member: Member): void {
    if (member.launch === undefined) return
    push(this.#quotable, member.launch.callId, member)
    for (const callId of member.launch.usesResultsOf ?? []) push(this.#quoting, callId, member)
    this.#lookFrom(member)
  }

  remove(member: Member): void {
    if (member.launch === undefined) return
    pull(this.#quotable, member.launch.callId, member)
    for (const callId of member.launch.usesResultsOf ?? []) pull(this.#quoting, callId, member)
    const others = this.#split(this.#parts.get(member))
    for (const other of others) if (other !== member && !this.#parts.has(other)) this.#lookFrom(other)
  }

  /** Answers who was in a part that is no more. */
  #split(part: Part | undefined): readonly Member[] {
    if (part === undefined) return []
    const members = part.members.splice(0)
    for (const member of members) this.#parts.delete(member)
    this.#changed(part)
    return members
  }

  /** Makes one part of all that are bound to a member, unless it is alone. */
  #lookFrom(member: Member): void {
    const bound = new Set([member])
    for (const one of bound) {
      const { callId = "", usesResultsOf = [] } = one.launch ?? {}
      for (const used of usesResultsOf) for (const other of this.#quotable.get(used) ?? []) bound.add(other)
      for (const other of this.#quoting.get(callId) ?? []) bound.add(other)
    }
    if (bound.size === 1) return
    for (const one of bound) this.#split(this.#parts.get(one))
    const part = { detect: this.#detect, members: [...bound].sort(inOrder) }
    for (const one of bound) this.#parts.set(one, part)
    this.#changed(part)
  }
}

function push(lists: Map<string, Member[]>, key: string, member: Member): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [member])
  else list.push(member)
}

function pull(lists: Map<string, Member[]>, key: string, member: Member): void {
  const left = lists.get(key)?.filter((other) => other !== member) ?? []
  if (left.length === 0) lists.delete(key)
  else lists.set(key, left)
}
