// The checks that run nothing of ours: each is one program, or a small function, that passes or fails as a whole.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { layerRulesFire } from "./layer-rules.ts"
import { ROOT, runProgram, type Outcome } from "./run-program.ts"

export interface StaticCheck {
  readonly name: string
  run(signal: AbortSignal): Promise<Outcome>
}

/** Slow ones first, so that two at a time end together. */
export const STATIC_CHECKS: readonly StaticCheck[] = [
  program("types: tsc", ["tsc", "-b"]),
  program("lint: oxlint", ["oxlint", "--type-aware", "--deny-warnings"]),
  program("unused code: knip", ["knip", "--no-progress", "--treat-config-hints-as-errors"]),
  program("web client builds", ["node", "daemon/scripts/build.ts"]),
  { name: "generated code is current", run: generatedCodeIsCurrent },
  { name: "WebAssembly is current", run: wasmIsCurrent },
  program("format: oxfmt", ["oxfmt", "--check", "."]),
  program("contract: buf lint", ["buf", "lint"]),
  program("contract: buf format", ["buf", "format", "--diff", "--exit-code"]),
  program("contract: buf breaking", ["buf", "breaking", "--against", "proto/baseline.binpb"]),
  { name: "layer rules fire", run: layerRulesFire },
  { name: "programs the tests need", run: neededPrograms },
]

function program(name: string, command: readonly string[]): StaticCheck {
  return { name, run: (signal) => runProgram(command, signal) }
}

/** Generates anew into a folder of its own and compares. */
async function generatedCodeIsCurrent(signal: AbortSignal): Promise<Outcome> {
  const fresh = mkdtempSync(join(tmpdir(), "vibecraft-generated-"))
  try {
    const generated = await runProgram(["buf", "generate", "--output", fresh], signal)
    if (!generated.ok) return generated
    const differing = differences(join(ROOT, "shared/src/gen"), join(fresh, "shared/src/gen"))
    if (differing.length === 0) return { ok: true, output: "" }
    return {
      ok: false,
      output: `not what the contract generates, run npm run generate:\n${differing.map((path) => `  ${path}\n`).join("")}`,
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

/** Compiles anew and compares byte by byte. */
async function wasmIsCurrent(signal: AbortSignal): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "vibecraft-wasm-"))
  try {
    const fresh = join(folder, "prune.wasm")
    const config = ["--config", "daemon/wasm/asconfig.json", "--target", "release"]
    const compiled = await runProgram(["asc", "daemon/wasm/prune.ts", ...config, "--outFile", fresh], signal)
    if (!compiled.ok) return compiled
    const isCurrent = readFileSync(join(ROOT, "daemon/src/observe/transcripts/prune.wasm")).equals(readFileSync(fresh))
    return { ok: isCurrent, output: isCurrent ? "" : "daemon/wasm compiles to something else: run npm run wasm\n" }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function differences(committed: string, fresh: string): string[] {
  const [before, after] = [filesOf(committed), filesOf(fresh)]
  return [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path)).toSorted()
}

function filesOf(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [path.slice(folder.length + 1), readFileSync(path, "utf8")]
    }),
  )
}

/** Says by name what the machine lacks, where a hundred tests would each fail in their own words. */
async function neededPrograms(signal: AbortSignal): Promise<Outcome> {
  const asked = [
    ["git", "--version"],
    ["tmux", "-V"],
  ]
  const missing: string[] = []
  for (const command of asked) {
    if (!(await runProgram(command, signal)).ok) missing.push(command[0] ?? "")
  }
  return { ok: missing.length === 0, output: missing.map((name) => `${name} is not on PATH: install it, the tests need it\n`).join("") }
}
