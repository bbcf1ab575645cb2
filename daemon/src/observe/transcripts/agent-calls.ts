// Calls that start other agents, as a normaliser remembers them between lines: which wait for a result, and hashes of the results that came,
// so that a later task is seen to use them. Bounded; no words are kept.

import { quotes, QUOTE_CHARS, runsOf, sampleOf, taskHash } from "./word-hashes.ts"

/** Plain data. */
export interface AgentCalls {
  /** Calls without a result, oldest first, with the runs of words of their tasks. */
  open: { readonly callId: string; readonly task: readonly number[]; readonly isResume: boolean }[]
  /** Results that came, oldest first. */
  results: { readonly callId: string; readonly sample: readonly number[] }[]
}

const MAX_OPEN = 16
const MAX_RESULTS = 16
const MAX_TASK_RUNS = 150

export function startAgentCalls(): AgentCalls {
  return { open: [], results: [] }
}

export interface TaskSeen {
  /** Stands for the words of the task. */
  readonly task: number
  /** Calls whose results it quotes. */
  readonly usesResultsOf: readonly string[]
}

/** A call gives a task; undefined words say nothing of it. `isResume`: to an agent that has been started before. */
export function taskGiven(calls: AgentCalls, callId: string, words: string | undefined, isResume: boolean): TaskSeen | undefined {
  const runs = words === undefined ? new Set<number>() : runsOf(words.slice(0, QUOTE_CHARS))
  calls.open = [...calls.open, { callId, task: [...runs].slice(0, MAX_TASK_RUNS), isResume }].slice(-MAX_OPEN)
  if (words === undefined) return undefined
  const used = calls.results.filter(({ sample }) => quotes(runs, sample))
  return { task: taskHash(words), usesResultsOf: used.map((result) => result.callId) }
}

export function openCall(calls: AgentCalls, callId: string): AgentCalls["open"][number] | undefined {
  return calls.open.find((call) => call.callId === callId)
}

/** What a call brought; of several results the last one counts. `isLast`: no more is to come. */
export function resultCame(calls: AgentCalls, callId: string, words: string, isLast: boolean): void {
  const call = openCall(calls, callId)
  const sample = sampleOf(words, new Set(call?.task))
  if (isLast) calls.open = calls.open.filter((open) => open !== call)
  if (sample.length === 0) return
  calls.results = [...calls.results.filter((result) => result.callId !== callId), { callId, sample }].slice(-MAX_RESULTS)
}
