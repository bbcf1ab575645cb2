// A tool call as it counts.

import { type ToolCall } from "../tool-calls.ts"
import { FAILURES, isJudged } from "../judged-outcome.ts"
import { Figures } from "./figures.ts"

/** Calls of which only an end without a name is known do not count yet. */
export function figuresOfCall({ name, outcome }: ToolCall): Figures {
  const figures = new Figures()
  if (name === "") return figures
  figures.toolCalls = 1
  if (!isJudged(outcome)) return figures
  figures.judgedCalls = 1
  if (FAILURES.has(outcome)) figures.failedCalls = 1
  return figures
}
