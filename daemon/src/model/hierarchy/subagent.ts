// A subagent as the fold keeps it: what it is, what it did, and its place in the tree by the best evidence seen so far.

import type { SubagentLink, SubagentSeen } from "../../domain/facts.ts"
import type { NamedStarts } from "./named-starts.ts"
import { Course, type CourseState } from "./course.ts"

/** Best last. */
const RANK: Record<SubagentPlace["link"], number> = { path: 0, prompt: 1, workflow: 2, progress: 3, notification: 4, result: 5, sidecar: 6 }

/** Where it hangs in the tree. `workflow`: a call's result names the run that it belongs to. */
export interface SubagentPlace {
  readonly link: SubagentLink | "workflow"
  readonly parentSubagentId?: string | undefined
  readonly toolCallId?: string | undefined
}

/** Plain data. */
export interface SubagentState {
  readonly finished: boolean
  readonly agentType?: string | undefined
  readonly description?: string | undefined
  readonly isBackground?: boolean | undefined
  readonly workflowRunId?: string | undefined
  readonly teamName?: string | undefined
  readonly task?: number | undefined
  readonly finishedMs?: number | undefined
  readonly hasFailed?: boolean | undefined
  readonly wasStopped?: boolean | undefined
  readonly place?: SubagentPlace | undefined
  readonly course?: CourseState | undefined
}

export class Subagent {
  /** As last said; the times of its course say more. */
  finished = false
  /** Its type, as the agent names it: "Explore", "general-purpose". */
  agentType: string | undefined
  description: string | undefined
  isBackground = false
  workflowRunId: string | undefined
  teamName: string | undefined
  /** Hash of the words it was given, where its transcript tells. */
  task: number | undefined
  /** When its parent was first told of its end. */
  finishedMs: number | undefined
  hasFailed = false
  wasStopped = false
  place: SubagentPlace = { link: "path" }
  readonly course: Course

  constructor(state?: SubagentState) {
    this.course = new Course(state?.course)
    if (state === undefined) return
    const { course: _course, ...rest } = state
    Object.assign(this, rest)
  }

  /** For a store to keep. */
  state(): SubagentState {
    const { finished, agentType, description, isBackground, workflowRunId, teamName, task, finishedMs, hasFailed, wasStopped, place } = this
    return {
      finished,
      agentType,
      description,
      workflowRunId,
      teamName,
      task,
      finishedMs,
      ...(isBackground ? { isBackground } : {}),
      ...(hasFailed ? { hasFailed } : {}),
      ...(wasStopped ? { wasStopped } : {}),
      ...(place.link === "path" && place.toolCallId === undefined && place.parentSubagentId === undefined ? {} : { place }),
      course: this.course.state(),
    }
  }

  get lastMs(): number {
    return this.course.lastMs ?? 0
  }

  /** Whether its place is known by more than its words and the folder it lies in. */
  get isLinked(): boolean {
    return RANK[this.place.link] > RANK.prompt
  }

  /** Its place by its own evidence, or by that of its conversation where that is better. */
  placeAmong(starts: Pick<NamedStarts, "find">): SubagentPlace {
    const start = RANK[this.place.link] < RANK.workflow ? starts.find({ workflowRunId: this.workflowRunId }) : undefined
    if (start === undefined) return this.place
    const { callId: toolCallId, subagentId: parentSubagentId } = start
    return { link: "workflow", toolCallId, ...(parentSubagentId === undefined ? {} : { parentSubagentId }) }
  }

  /** Whether there is a transcript of it, or a sidecar. What is only spoken of may be anything. */
  get isSeen(): boolean {
    return this.course.firstMs !== undefined || this.place.link === "sidecar"
  }

  see(fact: SubagentSeen): void {
    if (fact.finished !== undefined) this.finished = fact.finished
    this.agentType = fact.agentType ?? this.agentType
    this.description = fact.description ?? this.description
    this.workflowRunId = fact.workflowRunId ?? this.workflowRunId
    this.teamName = fact.teamName ?? this.teamName
    this.task = fact.task ?? this.task
    this.isBackground ||= fact.isBackground === true
    this.hasFailed ||= fact.hasFailed === true
    this.wasStopped ||= fact.wasStopped === true
    if (fact.finishedMs !== undefined) this.finishedMs = Math.min(this.finishedMs ?? fact.finishedMs, fact.finishedMs)
    this.#link(fact)
  }

  /** The call that gave the same words was found. */
  matched(toolCallId: string): void {
    if (!this.isLinked) this.place = { link: "prompt", toolCallId }
  }

  /** The better link wins whenever it comes; of two equals the one that says more, else the one whose call comes first by name. */
  #link({ link, parentSubagentId, toolCallId }: SubagentSeen): void {
    if (link === undefined) return
    const known = this.place
    const better = RANK[link] - RANK[known.link]
    if (better < 0) return
    const isClearer = better > 0 || known.toolCallId === undefined || (toolCallId !== undefined && toolCallId < known.toolCallId)
    if (isClearer && (toolCallId !== undefined || parentSubagentId !== undefined || better > 0)) {
      this.place = {
        link,
        ...(parentSubagentId === undefined ? {} : { parentSubagentId }),
        ...(toolCallId === undefined ? {} : { toolCallId }),
      }
    }
  }
}
