// Calls that started what their results tell by name alone: a run of a workflow, or a member of a team. A name that several calls give tells of
// none of them which it was.

import type { AgentsStarted } from "../../domain/facts.ts"

type Named = { readonly [K in "workflowRunId" | "teamName" | "memberName"]?: AgentsStarted[K] | undefined }

export interface NamedStart {
  readonly callId: string
  /** Who made it; absent for the main agent. */
  readonly subagentId?: string | undefined
}

/** Plain data: by each name the calls that gave it. */
export type NamedStartsState = readonly (readonly [name: string, starts: readonly NamedStart[]])[]

export class NamedStarts {
  readonly #byName: Map<string, readonly NamedStart[]>

  constructor(state: NamedStartsState = []) {
    this.#byName = new Map(state)
  }

  see({ callId, subagentId, ...named }: AgentsStarted): void {
    const name = nameOf(named)
    if (name === undefined) return
    const known = this.#byName.get(name) ?? []
    if (known.some((start) => start.callId === callId)) return
    this.#byName.set(name, [...known, { callId, ...(subagentId === undefined ? {} : { subagentId }) }])
  }

  /** The one call that gave a name. */
  find(named: Named): NamedStart | undefined {
    const name = nameOf(named)
    const starts = name === undefined ? [] : (this.#byName.get(name) ?? [])
    return starts.length === 1 ? starts[0] : undefined
  }

  state(): NamedStartsState {
    return [...this.#byName]
  }
}

function nameOf({ workflowRunId, teamName, memberName }: Named): string | undefined {
  if (workflowRunId !== undefined) return `run ${workflowRunId}`
  return teamName === undefined || memberName === undefined ? undefined : `member ${memberName}@${teamName}`
}
