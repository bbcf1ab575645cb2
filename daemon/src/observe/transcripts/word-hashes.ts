// Numbers that stand for words, so that the same words are known again and none of them is kept: of a task as a whole, and of each run of a
// few words in a result, by which a later task is seen to quote it.

/** So much of a task tells it from others. */
export const TASK_CHARS = 2000
/** So much of a task is searched for quotes. */
export const QUOTE_CHARS = 8000
/** So much of a result is known again. */
export const RESULT_CHARS = 4000

/** Words to a run. */
const RUN = 6
const MAX_KEPT = 32
/** Of a result's runs that are looked for, so many found make a quote. */
const ENOUGH = 3

/** 52 bits of a hash of a task's words, the same for any spacing. */
export function taskHash(task: string): number {
  const words = task.slice(0, TASK_CHARS).trim().split(/\s+/u).join(" ")
  return hash(words, 0x811c9dc5) * 0x100000 + (hash(words, 0x9747b28c) & 0xfffff)
}

/** Hashes of all runs of words in a text; of one shorter than a run, of all its words together. */
export function runsOf(text: string): Set<number> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []
  const runs = new Set<number>()
  if (words.length < 2) return runs
  const length = Math.min(RUN, words.length)
  for (let at = 0; at + length <= words.length; at++) runs.add(hash(words.slice(at, at + length).join(" "), 0x811c9dc5))
  return runs
}

/** Some of a result's runs, the same ones whatever else is in it; none that the task it answers has itself. */
export function sampleOf(result: string, task: ReadonlySet<number>): number[] {
  const runs = [...runsOf(result.slice(0, RESULT_CHARS))].filter((run) => !task.has(run))
  return runs.sort((a, b) => a - b).slice(0, MAX_KEPT)
}

/** Whether a text has what was sampled of a result. */
export function quotes(text: ReadonlySet<number>, sample: readonly number[]): boolean {
  if (sample.length === 0) return false
  const found = sample.filter((run) => text.has(run)).length
  return found >= Math.min(ENOUGH, sample.length)
}

function hash(text: string, seed: number): number {
  let bits = seed
  for (let index = 0; index < text.length; index++) bits = Math.imul(bits ^ text.charCodeAt(index), 0x01000193)
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d)
  return (bits ^ (bits >>> 15)) >>> 0
}
