// The children of one parent and the patterns among them. They are kept in parts that can be in a pattern together, so a change has those parts
// looked at anew that the changed child was in or is in now; the rest stays as it was found.

import type { TreeNode } from "./forest.ts"
import type { Member } from "./member.ts"
import { insert, take } from "./member-order.ts"
import { backgroundWatches } from "./patterns/background-watch.ts"
import { Cohorts } from "./patterns/cohorts.ts"
import { fanOuts } from "./patterns/fan-out.ts"
import type { Detector, Part } from "./patterns/part.ts"
import { type FoundPattern, latestFirst, type Leader } from "./patterns/pattern.ts"
import { pipelines } from "./patterns/pipeline.ts"
import { Quotes } from "./patterns/quotes.ts"
import { attemptKey, retryLoops } from "./patterns/retry-loop.ts"
import { supervisors } from "./patterns/supervisor.ts"
import { teams } from "./patterns/team.ts"

export class Siblings {
  #leader: Leader
  readonly #members = new Map<TreeNode, Member>()
  /** Parts whose members have something in common, by what that is. */
  readonly #alike = new Map<string, Part>()
  readonly #cohorts: Cohorts
  readonly #quotes: Quotes
  readonly #stale = new Set<Part>()
  /** Of parts that have any. */
  readonly #found = new Map<Part, readonly FoundPattern[]>()
  #sorted: readonly FoundPattern[] = []

  constructor(leader: Leader) {
    this.#leader = leader
    const changed = (part: Part): void => void this.#stale.add(part)
    this.#cohorts = new Cohorts(together, changed)
    this.#quotes = new Quotes(pipelines, changed)
  }

  /** A child as it is now; undefined for one that is none any more, or gave no sign of life. */
  put(node: TreeNode, member: Member | undefined): void {
    const before = this.#members.get(node)
    if (before !== undefined) this.#remove(before)
    if (member === undefined) this.#members.delete(node)
    else {
      this.#members.set(node, member)
      this.#add(member)
    }
  }

  /** The parent did something, or is known by another id. */
  led(leader: Leader): void {
    const { id, actedMs: fromMs = 0 } = this.#leader
    const { actedMs: toMs = 0 } = leader
    this.#leader = leader
    if (id === leader.id && fromMs === toMs) return
    for (const [part, found] of this.#found) {
      const isOther = id !== leader.id || found.some(({ gathersAfterMs: ms = toMs }) => ms < fromMs !== ms < toMs)
      if (isOther) this.#stale.add(part)
    }
  }

  /** Latest first. */
  get patterns(): readonly FoundPattern[] {
    if (this.#stale.size === 0) return this.#sorted
    for (const part of this.#stale) {
      const found = part.members.length === 0 ? [] : part.detect(this.#leader, part.members)
      if (found.length === 0) this.#found.delete(part)
      else this.#found.set(part, found)
    }
    this.#stale.clear()
    this.#sorted = [...this.#found.values()].flat().sort(latestFirst)
    return this.#sorted
  }

  #add(member: Member): void {
    for (const [key, detect] of likenesses(member)) {
      let part = this.#alike.get(key)
      if (part === undefined) this.#alike.set(key, (part = { detect, members: [] }))
      insert(part.members, member)
      this.#stale.add(part)
    }
    if (member.team !== undefined) return
    if (member.workflowRunId === undefined) this.#cohorts.add(member)
    this.#quotes.add(member)
  }

  #remove(member: Member): void {
    for (const [key] of likenesses(member)) {
      const part = this.#alike.get(key)
      if (part === undefined) continue
      take(part.members, member)
      this.#stale.add(part)
      if (part.members.length === 0) this.#alike.delete(key)
    }
    if (member.team !== undefined) return
    if (member.workflowRunId === undefined) this.#cohorts.remove(member)
    this.#quotes.remove(member)
  }
}

/** Fan-outs and watches alike are of children started together. */
const together: Detector = (leader, members) => [...fanOuts(leader, members), ...backgroundWatches(leader, members)]

/** What a member may have in common with others. Members of a team are peers: for all other patterns they count as none. */
function* likenesses(member: Member): Generator<readonly [key: string, detect: Detector]> {
  const { team, workflowRunId, engagements } = member
  if (team !== undefined) return yield [`team ${team}`, teams]
  if (workflowRunId !== undefined) yield [`workflow ${workflowRunId}`, together]
  if (engagements > 1) yield ["asked again", supervisors]
  const attempt = attemptKey(member)
  if (attempt !== undefined) yield [`attempt ${attempt}`, retryLoops]
}
