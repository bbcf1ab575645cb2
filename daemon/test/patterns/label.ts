// What is true of a scenario: which patterns hold, led by whom, with which members. Written by the scenario as it is made, never by the detector.

export const PATTERNS = [
  "fan-out",
  "fan-out-gather",
  "pipeline",
  "delegation-chain",
  "supervisor",
  "team",
  "retry-loop",
  "background-watch",
] as const

export type PatternName = (typeof PATTERNS)[number]

/** Leader and members are node ids; the order of members does not count. */
export interface Label {
  readonly pattern: PatternName
  readonly leader: string
  readonly members: readonly string[]
}

/** Equal for equal labels. */
export function labelKey({ pattern, leader, members }: Label): string {
  return `${pattern} of ${leader}: ${[...members].sort().join(" ")}`
}
