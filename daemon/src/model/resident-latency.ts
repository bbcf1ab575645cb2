// The latencies of all projects, counted when somebody first asks and kept up from then on. Conversations on disk are read for it once. Where a
// project cannot be kept up, because one of them came into memory or was forgotten, it is counted anew the next time that somebody asks.

import type { ClockSamples } from "./clock-samples.ts"
import { compareText } from "./compare-text.ts"
import type { Conversation } from "./conversation.ts"
import { type LatencySourceOptions, inSlices, samplesOf } from "./latency-source.ts"
import { ProjectLatency } from "./project-latency.ts"

export interface ResidentLatencyOptions extends LatencySourceOptions {
  readonly conversations: ReadonlyMap<string, Conversation>
  /** Unix milliseconds. */
  readonly now: () => number
}

/** What a conversation was counted of. */
interface Counted {
  readonly folder: string
  readonly project: ProjectLatency
  /** Samples in memory, whose changes are heard of; undefined for those on disk, which do not change. */
  readonly samples: ClockSamples | undefined
}

export class ResidentLatency {
  readonly #world: ResidentLatencyOptions
  readonly #projects = new Map<string, ProjectLatency>()
  readonly #counted = new Map<string, Counted>()

  constructor(options: ResidentLatencyOptions) {
    this.#world = options
  }

  /** As they are at this moment, by folder, "" where none is known; undefined where something has to be counted before: see `catchUp`. */
  now(): ReadonlyMap<string, ProjectLatency> | undefined {
    if (this.#missing().length > 0) return undefined
    for (const project of this.#projects.values()) project.findMaxima()
    return this.#projects
  }

  /** Counts what is not counted. Others are served meanwhile, so that afterwards there may be something again. */
  async catchUp(): Promise<void> {
    for await (const id of inSlices(this.#missing())) if (!this.#counted.has(id)) this.#count(id)
  }

  /** Lets time pass, so that what is over goes though nobody asks. */
  slide(): void {
    const nowMs = this.#world.now()
    for (const project of this.#projects.values()) project.slide(nowMs)
  }

  /** Conversations that are not counted, after those are forgotten that were counted of something else than there is now. */
  #missing(): readonly string[] {
    this.slide()
    const lost = new Set<ProjectLatency>()
    const woken = this.#world.clocks.takeWoken()
    for (const [id, { folder, project, samples }] of this.#counted) {
      const isSame = this.#inMemory(id) === samples && (samples !== undefined || !woken.has(id))
      if (isSame && this.#folderOf(id) === folder) continue
      if (isSame && samples !== undefined) {
        this.#counted.delete(id)
        samples.observer = undefined
        project.uncount(samples)
      } else lost.add(project)
    }
    this.#forget(lost)
    const { conversations, tools } = this.#world
    const isThere = (id: string): boolean => tools.isAtRest(id) || this.#inMemory(id) !== undefined
    const missing = [...conversations.values()].filter(({ id }) => !this.#counted.has(id) && isThere(id))
    // One project after the other, whose counts are then near at hand.
    return missing.sort((a, b) => compareText(a.meta.cwd, b.meta.cwd)).map(({ id }) => id)
  }

  /** Forgets these projects and those that can no longer be kept up. */
  #forget(lost: Set<ProjectLatency>): void {
    for (const [folder, project] of this.#projects) {
      if (project.isLost) lost.add(project)
      if (lost.has(project)) this.#projects.delete(folder)
    }
    for (const [id, { project }] of lost.size === 0 ? [] : this.#counted) if (lost.has(project)) this.#counted.delete(id)
  }

  #count(id: string): void {
    const folder = this.#folderOf(id)
    if (folder === undefined) return
    let project = this.#projects.get(folder)
    if (project === undefined) this.#projects.set(folder, (project = new ProjectLatency(this.#world.now())))
    const samples = this.#inMemory(id)
    if (samples !== undefined) samples.observer = project
    const all = samplesOf(this.#world, id)
    if (all !== undefined) project.count(all)
    this.#counted.set(id, { folder, project, samples })
  }

  /** Undefined for a conversation that is not known. */
  #folderOf(id: string): string | undefined {
    const conversation = this.#world.conversations.get(id)
    return conversation === undefined ? undefined : (conversation.meta.cwd ?? "")
  }

  #inMemory(id: string): ClockSamples | undefined {
    return this.#world.tools.isAtRest(id) ? undefined : this.#world.clocks.samples.get(id)
  }
}
