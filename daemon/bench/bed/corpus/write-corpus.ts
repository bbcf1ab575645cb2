// A seeded corpus of transcripts with a known answer: long and short sessions, subagents, forks, old and new clients of both agents; the same
// bytes for the same seed.

import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { type ClaudeFile, claudeFile } from "./claude-file.ts"
import { type CodexFile, codexFile } from "./codex-file.ts"
import { seeded, uuidV7 } from "./random-text.ts"
import { addTokens, noTokens, type TokenSums } from "./token-sums.ts"

export interface CorpusOptions {
  /** Folder that becomes both agents' home. */
  readonly home: string
  /** At least so many bytes in all; about three quarters Claude Code, one quarter Codex. */
  readonly bytes: number
  /** Default 1. */
  readonly seed?: number
  /** Requests of an ordinary file; default 180, about 2 MB. Every seventh Claude Code session has six times as many. */
  readonly steps?: number
}

export interface Corpus {
  readonly files: number
  readonly bytes: number
  /** What was billed. */
  readonly claude: Readonly<TokenSums>
  readonly codex: Readonly<TokenSums>
}

const START_MS = Date.UTC(2026, 9, 1)
const STEPS = 180
const LONG = 6

/** Writes the corpus and says what it came to. */
export function writeCorpus(options: CorpusOptions): Corpus {
  const random = seeded(options.seed ?? 1)
  const steps = options.steps ?? STEPS
  const claude = noTokens()
  const codex = noTokens()
  let files = 0
  let bytes = 0
  let session: ClaudeFile | undefined
  let thread: CodexFile | undefined
  const write = (path: string, text: string) => {
    const full = join(options.home, path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, text)
    files++
    bytes += Buffer.byteLength(text)
  }
  for (let index = 0; bytes < options.bytes; index++) {
    const startMs = START_MS + index * 3_600_000
    const id = uuidV7(random, startMs)
    if (index % 4 === 3) {
      const plan = { threadId: id, startMs, steps, isOld: index % 16 >= 8 }
      thread = codexFile(random, index % 8 === 7 && thread !== undefined ? { ...plan, parent: thread } : plan)
      addTokens(codex, thread.tokens)
      const day = String(1 + (index % 28)).padStart(2, "0")
      write(`sessions/2026/10/${day}/rollout-2026-10-${day}T00-00-00-${id}.jsonl`, `${thread.lines.join("\n")}\n`)
      continue
    }
    const project = index % 7
    const common = { startMs, project, isOld: index % 5 === 0 }
    const folder = `projects/-home-dev-project-${project}`
    if (index % 5 === 4 && session !== undefined) {
      const subagentId = `a${id.slice(-12)}`
      const { sessionId } = session.plan
      const agent = claudeFile(random, { ...common, sessionId, subagentId, steps: Math.ceil(steps / 3) })
      addTokens(claude, agent.tokens)
      const base = `projects/-home-dev-project-${session.plan.project}/${sessionId}/subagents/agent-${subagentId}`
      write(`${base}.jsonl`, `${agent.lines.join("\n")}\n`)
      write(`${base}.meta.json`, JSON.stringify({ agentType: "Explore", description: "Look around", toolUseId: `toolu_${sessionId}0` }))
      continue
    }
    const plan = { ...common, sessionId: id, steps: index % 7 === 6 ? steps * LONG : steps }
    session = claudeFile(random, index % 9 === 8 && session !== undefined ? { ...plan, parent: session } : plan)
    addTokens(claude, session.tokens)
    write(`${folder}/${id}.jsonl`, `${session.lines.join("\n")}\n`)
  }
  return { files, bytes, claude, codex }
}
