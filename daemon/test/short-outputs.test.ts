// Counts of output tokens that were never put right, in real transcripts: none that may be true is taken for one.

import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { startCursor } from "../src/work/cursor.ts"
import { readFrom } from "../src/work/read.ts"

const DATA = join(import.meta.dirname, "../../../shared/data")

interface Answer {
  readonly version: string
  output: number
  /** Characters of all that the model wrote, of whatever kind. */
  written: number
}

test.skipIf(!existsSync(DATA))("only what is longer than any count of a true kind is estimated, and only of old clients", () => {
  const answers = new Map<string, Answer>()
  const least = new Map<string, number>()
  for (const corpus of ["claude", "claude-public"]) {
    const folder = join(DATA, corpus, "projects")
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".jsonl"))
    for (const name of names) {
      for (const line of readFileSync(join(folder, name), "utf8").split("\n")) addAnswer(answers, line)
      const cursor = startCursor({
        path: join(folder, name),
        relativePath: join("projects", name),
        birthMs: 0,
        agent: "claude",
        role: "transcript",
      })
      const { facts } = readFrom(cursor, { budgetBytes: Number.MAX_SAFE_INTEGER })
      for (const fact of facts)
        if (fact.kind === "request-seen") least.set(fact.key, Math.max(least.get(fact.key) ?? 0, fact.factors?.leastOutput ?? 0))
    }
  }
  const plausible: (Answer & { readonly key: string })[] = []
  const counted = new Map<string, { short: number; all: number }>()
  for (const [key, { version, output, written }] of answers) {
    const isShort = (least.get(key) ?? 0) > output
    const { short, all } = counted.get(version) ?? { short: 0, all: 0 }
    counted.set(version, { short: short + Number(isShort), all: all + 1 })
    // True counts are of 2.6 to 3.6 characters for a token.
    if (isShort && written <= 12 * output) plausible.push({ key, version, output, written })
  }
  console.log("estimated for their count of output tokens:", Object.fromEntries(counted))
  expect(plausible).toEqual([])
  expect(counted.get("2.1.39")?.short).toBeGreaterThan(40)
  expect([...counted].filter(([version, { short }]) => version !== "2.1.39" && short > 0)).toEqual([])
})

function addAnswer(answers: Map<string, Answer>, text: string): void {
  const line = parsed(text)
  const { message } = line
  if (line.type !== "assistant" || message?.id === undefined || message.model === "<synthetic>") return
  const answer = answers.get(message.id) ?? { version: line.version ?? "", output: 0, written: 0 }
  answers.set(message.id, answer)
  answer.output = Math.max(answer.output, message.usage?.output_tokens ?? 0)
  for (const block of message.content ?? [])
    answer.written += (block.text ?? block.thinking ?? (block.input === undefined ? "" : JSON.stringify(block.input))).length
}

interface Line {
  readonly type?: string
  readonly version?: string
  readonly message?: {
    readonly id?: string
    readonly model?: string
    readonly usage?: { readonly output_tokens?: number }
    readonly content?: readonly { readonly text?: string; readonly thinking?: string; readonly input?: unknown }[]
  }
}

function parsed(text: string): Line {
  try {
    return JSON.parse(text) as Line
  } catch {
    return {}
  }
}
