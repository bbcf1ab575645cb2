// How full a conversation's context is. Claude Code's transcripts do not say how large the window is, so it is known by the model;
// Codex reports it, and counts from a base that no conversation can give back.

import type { ContextSeen } from "../domain/facts.ts"
import { modelIdOf } from "./prices/model-id.ts"

const MILLION = 1_000_000
const CLASSIC = 200_000
/** Tokens that Codex sets aside for instructions before it calls a window used. */
const CODEX_BASE = 12_000

/** Models whose own window is a million tokens. */
const NATIVE_MILLION: ReadonlySet<string> = new Set([
  "claude-fable-5-2",
  "claude-fable-5-1",
  "claude-fable-5",
  "claude-mythos-5-2",
  "claude-mythos-5-1",
  "claude-mythos-5",
  "claude-opus-5-5",
  "claude-opus-5",
  "claude-opus-4-8",
  "claude-opus-4-7",
  "claude-sonnet-5-5",
  "claude-sonnet-5",
  "claude-haiku-5-5",
])

/** Models with 200,000 tokens, of which some can be given a million by the agent's settings. */
const CLASSIC_WINDOW: ReadonlySet<string> = new Set([
  "claude-opus-4-6",
  "claude-opus-4-5",
  "claude-opus-4-1",
  "claude-opus-4",
  "claude-3-opus",
  "claude-sonnet-4-6",
  "claude-sonnet-4-5",
  "claude-sonnet-4",
  "claude-3-7-sonnet",
  "claude-3-5-sonnet",
  "claude-haiku-4-5",
  "claude-3-5-haiku",
  "claude-3-haiku",
])

/** Tokens that a model can hold; undefined for a model not known. `seenTokens` is the largest context seen, which proves a larger window. */
export function contextWindowOf(model: string, seenTokens = 0): number | undefined {
  const { name, million } = modelIdOf(model)
  if (million || NATIVE_MILLION.has(name)) return MILLION
  if (!CLASSIC_WINDOW.has(name)) return undefined
  return seenTokens > CLASSIC ? MILLION : CLASSIC
}

/** The used share of the window, 0..1; undefined while nothing is known to be in it or its size is not known. */
export function contextUsedRatio(context: ContextSeen, model: string | undefined, seenTokens?: number): number | undefined {
  const { usedTokens, windowTokens } = context
  if (usedTokens === null) return undefined
  if (windowTokens !== undefined && windowTokens > 0) return reportedRatio(usedTokens, windowTokens)
  const known = model === undefined ? undefined : contextWindowOf(model, Math.max(usedTokens, seenTokens ?? 0))
  return known === undefined ? undefined : share(usedTokens, known)
}

/** As Codex shows it: both sides without the base. */
function reportedRatio(usedTokens: number, windowTokens: number): number {
  return windowTokens > CODEX_BASE
    ? share(Math.max(0, usedTokens - CODEX_BASE), windowTokens - CODEX_BASE)
    : share(usedTokens, windowTokens)
}

function share(used: number, of: number): number {
  return Math.min(1, Math.max(0, used / of))
}
