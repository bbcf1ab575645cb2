// Children as their parents' patterns see them, kept until something about them changes: a change among a thousand siblings looks at one anew.

import type { ToolOutcome } from "../../domain/facts.ts"
import type { Launch } from "./course.ts"
import type { TreeNode } from "./forest.ts"
import type { Member } from "./member.ts"
import { courseOf, launchOf, memberOf, type MemberWorld, publishedId } from "./member-of.ts"
import type { Leader } from "./patterns/pattern.ts"

interface Entry {
  readonly member: Member | undefined
  /** What of the call that started it went into it. */
  readonly launch: Launch | undefined
  readonly endMs: number | undefined
  readonly outcome: ToolOutcome | undefined
  readonly abandonedMs: number | undefined
}

export class MemberBook {
  readonly #world: MemberWorld
  readonly #entries = new WeakMap<TreeNode, Entry>()

  constructor(world: MemberWorld) {
    this.#world = world
  }

  /** What is known of a node itself has changed. Changes of its call are seen without being told. */
  changed(node: TreeNode): void {
    this.#entries.delete(node)
  }

  /** Undefined before its first sign of life. */
  of(node: TreeNode): Member | undefined {
    const known = this.#entries.get(node)
    // A call that is known stays the same until something new is known of the node.
    const launch = known?.launch ?? launchOf(node, this.#world)
    if (known !== undefined && known.launch === launch && isAsBefore(known, launch)) return known.member
    const member = memberOf(node, launch, this.#world)
    this.#entries.set(node, { member, launch, endMs: launch?.endMs, outcome: launch?.outcome, abandonedMs: launch?.abandonedMs })
    return member
  }

  /** A node with its children, and what it did last. */
  leader(node: TreeNode): Leader {
    const isSession = node.source.kind === "session"
    let actedMs: number | undefined
    for (const unit of isSession ? node.children : [node]) {
      const ms = courseOf(unit, this.#world)?.actedMs
      if (ms !== undefined) actedMs = Math.max(actedMs ?? ms, ms)
    }
    const members: Member[] = []
    for (const child of node.children) {
      if (isSession && child.source.kind === "conversation") continue
      const member = this.of(child)
      if (member !== undefined && (child.source.kind !== "subagent" || wasAsked(member))) members.push(member)
    }
    members.sort((a, b) => a.startMs - b.startMs || (a.id < b.id ? -1 : 1))
    return { id: publishedId(node), actedMs, members }
  }
}

function isAsBefore(known: Entry, launch: Launch | undefined): boolean {
  return known.endMs === launch?.endMs && known.outcome === launch?.outcome && known.abandonedMs === launch?.abandonedMs
}

/** The client starts some by itself, to compact a conversation for example: nobody asked for these. */
function wasAsked({ launch, workflowRunId, team }: Member): boolean {
  return launch !== undefined || workflowRunId !== undefined || team !== undefined
}
