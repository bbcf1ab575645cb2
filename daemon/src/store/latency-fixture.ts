// A daemon's world and store beside a plain list of what they were told, for tests of latencies: whatever happens to them, what is asked of all
// has to be what a count of the list comes to.

import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { Clock, type Latency, Window } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { LatencyGroup } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import type { TranscriptFact } from "../domain/facts.ts"
import { CLOCKS } from "../model/clock-samples.ts"
import { WINDOWS } from "../model/latency-windows.ts"
import type { World } from "../model/world.ts"
import { NOW_MS, start } from "./store-fixture.ts"

const MINUTE_MS = 60_000
const WINDOW_MINUTES: ReadonlyMap<Window, number> = new Map([
  [Window.WINDOW_5_MINUTES, 5],
  [Window.WINDOW_HOUR, 60],
  [Window.WINDOW_24_HOURS, 1440],
  [Window.WINDOW_SESSION, Number.POSITIVE_INFINITY],
])

/** One sample, and the facts that make it other than it was. */
export interface Sample {
  readonly clock: Clock
  readonly label: string
  readonly id: string
  readonly subagentId: string | undefined
  conversationId: string
  startMs: number
  endMs: number
  /** As the agent measured it. */
  measuredMs: number | undefined
  isEstimated: boolean
}

/** Something that took its time. */
export interface Happening {
  readonly kind: "call" | "answer" | "turn"
  readonly conversationId: string
  readonly subagentId: string | undefined
  readonly duration: number
  /** How long ago it ended. */
  readonly age: number
  readonly label: string
  readonly isEstimated: boolean
}

export type Step =
  | Happening
  | { readonly kind: "put right"; readonly which: number; readonly duration: number }
  | { readonly kind: "refuse"; readonly which: number }
  | { readonly kind: "move"; readonly which: number; readonly conversationId: string }
  | { readonly kind: "change folder"; readonly conversationId: string; readonly folder: string }
  | { readonly kind: "purge"; readonly conversationId: string }
  | { readonly kind: "restart"; readonly isCrash: boolean }
  | { readonly kind: "settle" }
  | { readonly kind: "wait"; readonly ms: number }

export interface Compared {
  /** Of group, row, clock and window. */
  readonly name: string
  readonly found: Latency | undefined
  readonly samples: readonly Sample[]
}

/** A world and its store beside a plain list of what the world was told. */
export class CountedDaemon {
  readonly #path: string
  #nowMs = NOW_MS
  #run: ReturnType<typeof start>
  #samples: Sample[] = []
  readonly #folders = new Map<string, string>()
  #ids = 0

  constructor(path: string) {
    this.#path = path
    this.#run = this.#start()
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case "call":
      case "answer":
      case "turn":
        return this.#happens(step)
      case "put right":
        return this.#putRight(step.which, step.duration)
      case "refuse":
        return this.#refuse(step.which)
      case "move":
        return this.#move(step.which, step.conversationId)
      case "change folder":
        this.#folders.set(step.conversationId, step.folder)
        return this.#tell(step.conversationId)
      case "purge":
        await this.#run.store.desk.purge([step.conversationId])
        this.#folders.delete(step.conversationId)
        this.#samples = this.#samples.filter((sample) => sample.conversationId !== step.conversationId)
        return
      case "settle":
        await this.#run.store.written()
        return this.#run.store.settle()
      case "restart":
        await this.#run.store.written()
        if (step.isCrash) this.#run.crash()
        else await this.#run.store.close()
        this.#run = this.#start()
        return
      default:
        this.#nowMs += step.ms
        this.#run.world.tick()
    }
  }

  /** Each figure that there is or should be, and the samples that it should be of. */
  async compared(): Promise<readonly Compared[]> {
    const keys: readonly (readonly [LatencyGroup, (sample: Sample) => string | undefined])[] = [
      [LatencyGroup.HOST, () => "box"],
      [LatencyGroup.PROJECT, (sample) => this.#folders.get(sample.conversationId) ?? ""],
      [LatencyGroup.MODEL, ({ clock, label }) => (clock === Clock.MODEL ? label : undefined)],
      [LatencyGroup.TOOL, ({ clock, label }) => (clock === Clock.TOOL ? label : undefined)],
    ]
    const all: Compared[] = []
    for (const [group, keyOf] of keys) {
      const found = await listed(this.#run.world, group)
      const wanted = this.#wanted(keyOf)
      for (const name of new Set([...found.keys(), ...wanted.keys()])) {
        all.push({ name: `${group} ${name}`, found: found.get(name), samples: wanted.get(name) ?? [] })
      }
    }
    return all
  }

  async close(): Promise<void> {
    await this.#run.store.close()
  }

  #start(): ReturnType<typeof start> {
    return start(this.#path, () => 0, "p", { now: () => this.#nowMs, host: { name: "box", id: "h" } as never })
  }

  #tell(id: string, ...facts: readonly TranscriptFact[]): void {
    const cwd = this.#folders.get(id)
    const head: TranscriptFact = { kind: "conversation-seen", conversationId: id, agent: "claude", ...(cwd === undefined ? {} : { cwd }) }
    this.#run.world.apply([head, ...facts])
  }

  #happens(step: Happening): void {
    const clock = { call: Clock.TOOL, answer: Clock.MODEL, turn: Clock.TURN }[step.kind]
    // No two intervals start together, so that each stays one of its own.
    const endMs = (Math.floor((this.#nowMs - step.age) / 100_000) + 0.5) * 100_000 + this.#ids
    const sample: Sample = {
      clock,
      label: step.label,
      id: `${this.#ids++}`,
      subagentId: step.subagentId,
      conversationId: step.conversationId,
      startMs: endMs - step.duration,
      endMs,
      measuredMs: undefined,
      isEstimated: step.isEstimated,
    }
    this.#samples.push(sample)
    this.#tell(step.conversationId, ...factsOf(sample))
  }

  /** A call was measured, a turn went on, an answer too. */
  #putRight(which: number, ms: number): void {
    const sample = this.#one(which)
    if (sample === undefined) return
    if (sample.clock === Clock.TOOL) sample.measuredMs = Math.max(sample.measuredMs ?? 0, ms)
    else sample.endMs += ms
    this.#tell(sample.conversationId, ...factsOf(sample))
  }

  /** A person refused what seemed to have run: it took no time of the tool's. */
  #refuse(which: number): void {
    const sample = this.#one(which)
    if (sample?.clock !== Clock.TOOL) return
    this.#samples = this.#samples.filter((other) => other !== sample)
    const { conversationId: id, endMs } = sample
    this.#tell(id, { kind: "tool-ended", conversationId: id, callId: sample.id, timeMs: endMs, outcome: "rejected" })
  }

  /** A copy that is a little earlier shows that something is another conversation's. */
  #move(which: number, to: string): void {
    const sample = this.#one(which)
    if (sample === undefined || sample.clock === Clock.TURN) return
    sample.conversationId = to
    sample.startMs -= 1
    this.#tell(to, ...factsOf(sample))
  }

  #one(which: number): Sample | undefined {
    return this.#samples[which % Math.max(1, this.#samples.length)]
  }

  /** By key, clock and window. */
  #wanted(keyOf: (sample: Sample) => string | undefined): ReadonlyMap<string, readonly Sample[]> {
    const wanted = new Map<string, Sample[]>()
    for (const sample of this.#samples) {
      const key = keyOf(sample)
      if (key === undefined || (sample.clock === Clock.TURN && sample.subagentId !== undefined)) continue
      for (const [window, minutes] of WINDOW_MINUTES) {
        if (Math.floor(sample.endMs / MINUTE_MS) < Math.floor(this.#nowMs / MINUTE_MS) - minutes) continue
        const name = `${key} ${sample.clock} ${window}`
        wanted.set(name, [...(wanted.get(name) ?? []), sample])
      }
    }
    return wanted
  }
}

function factsOf({ clock, label, id, conversationId, subagentId, startMs, endMs, measuredMs, isEstimated }: Sample): TranscriptFact[] {
  const who = { conversationId, ...(subagentId === undefined ? {} : { subagentId }) }
  switch (clock) {
    case Clock.TOOL:
      return [
        { kind: "tool-started", ...who, callId: id, name: label, timeMs: startMs },
        {
          kind: "tool-ended",
          ...who,
          callId: id,
          timeMs: endMs,
          outcome: "ok",
          ...(measuredMs === undefined ? {} : { durationMs: measuredMs }),
        },
      ]
    case Clock.MODEL: {
      const basis = isEstimated ? "estimated" : "measured"
      return [{ kind: "model-call-seen", ...who, key: `m${id}`, model: label, startedMs: startMs, timeMs: endMs, basis }]
    }
    default:
      return [{ kind: "turn-ended", ...who, timeMs: endMs, startedMs: startMs, reason: "done" }]
  }
}

async function listed(world: World, group: LatencyGroup): Promise<ReadonlyMap<string, Latency>> {
  const asked = { group, clocks: new Set(CLOCKS), windows: new Set(WINDOWS), id: undefined, scope: Scope.ALL }
  const rows = (await world.latency.list(asked)) ?? []
  return new Map(rows.flatMap(({ row }) => row.latency.map((latency) => [`${row.key} ${latency.clock} ${latency.window}`, latency])))
}
