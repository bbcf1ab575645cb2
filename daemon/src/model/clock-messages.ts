// The clocks of one conversation over all of it as the contract publishes them. Most of them are as they were when one moves on: what is written of
// these is used again.

import { type Latency, Window } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { CLOCKS } from "./clock-samples.ts"
import type { ClockFigures } from "./clocks.ts"
import { latencyMessage } from "./latency-message.ts"
import type { Percentiles } from "./latency.ts"

export class ClockMessages {
  /** Of each clock. */
  #figures: readonly (Percentiles | undefined)[] = []
  #messages: readonly (Latency | undefined)[] = []
  #present: Latency[] = []

  /** Those that have samples. */
  write(clocks: ClockFigures): Latency[] {
    const before = this.#figures
    const figures = CLOCKS.map((clock) => clocks.clock(clock))
    if (figures.every((of, at) => of === before[at])) return this.#present
    this.#messages = CLOCKS.map((clock, at) => {
      const of = figures[at]
      return of === before[at] ? this.#messages[at] : of && latencyMessage(clock, of, Window.WINDOW_SESSION)
    })
    this.#figures = figures
    this.#present = this.#messages.filter((message) => message !== undefined)
    return this.#present
  }
}
