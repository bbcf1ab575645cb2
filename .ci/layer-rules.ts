// Proves that the linter's layer rules fire: each forbidden import is written down once, in a copy of the configuration's world, and has
// to be refused. A pattern that matches nothing is otherwise not noticed until a layer has leaked.

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { ROOT, runProgram, type Outcome } from "./run-program.ts"

/** Folder of the importing file, then what it must not import. */
const FORBIDDEN: readonly (readonly [folder: string, ...imports: string[]])[] = [
  [
    "shared/src",
    "node:fs",
    "node:fs/promises",
    "three",
    "preact/hooks",
    "@connectrpc/connect",
    "../../daemon/src/main.ts",
    "../../web/src/x.ts",
  ],
  [
    "daemon/src/domain",
    "../model/x.ts",
    "../observe/tail/x.ts",
    "../work/x.ts",
    "../api/x.ts",
    "../store/x.ts",
    "../main.ts",
    "node:fs/promises",
  ],
  ["daemon/src/model", "../observe/tail/x.ts", "../work/x.ts", "../api/x.ts", "../store/x.ts", "../main.ts", "piscina"],
  ["daemon/src/model/prices", "../../observe/tail/x.ts", "../../work/x.ts", "../../api/x.ts", "../../main.ts"],
  ["daemon/src/work", "../model/x.ts", "../api/x.ts", "../store/x.ts", "../main.ts", "../observe/tail/x.ts", "../observe/discovery/x.ts"],
  ["daemon/src/work/scan", "../../model/x.ts", "../../api/x.ts", "../../observe/discovery/x.ts", "../../main.ts"],
  ["daemon/src/observe/transcripts", "../../model/x.ts", "../../work/x.ts", "../../api/x.ts", "../tail/x.ts", "../discovery/x.ts"],
  ["daemon/src/observe/transcripts/claude", "../codex/x.ts", "../../../model/x.ts", "../../../work/x.ts", "../../tail/x.ts"],
  ["daemon/src/observe/transcripts/codex", "../claude/x.ts", "../../../model/x.ts", "../../../work/x.ts", "../../tail/x.ts"],
  ["daemon/src/observe/discovery", "../../api/x.ts", "../../store/x.ts", "../../main.ts"],
  ["daemon/src/observe/tail", "../../api/x.ts", "../../store/x.ts", "../../main.ts"],
  ["daemon/src/store", "../observe/tail/x.ts", "../work/x.ts", "../api/x.ts", "../main.ts"],
  ["daemon/src/api", "../observe/tail/x.ts", "../work/x.ts", "../store/x.ts", "../main.ts"],
  ["cli/src", "vibecraftd", "vibecraftd/src/main.ts", "../../daemon/src/main.ts"],
  ["cli/test", "../../daemon/src/main.ts"],
  ["web/src/state", "vibecraftd", "../../../daemon/src/main.ts"],
  ["web/src/scene", "../feed/x.ts", "../hud/x.ts", "@connectrpc/connect/protocol", "../../../daemon/src/main.ts"],
  ["web/src/hud", "three", "three/addons/x.js", "../feed/x.ts", "@connectrpc/connect-web", "../../../daemon/src/main.ts"],
]

export async function layerRulesFire(signal: AbortSignal): Promise<Outcome> {
  const world = mkdtempSync(join(tmpdir(), "vibecraft-layers-"))
  try {
    cpSync(join(ROOT, ".oxlintrc.json"), join(world, ".oxlintrc.json"))
    const violations = FORBIDDEN.flatMap(([folder, ...imports]) =>
      imports.map((name, index) => ({ name, path: `${folder}/import-${index}.ts` })),
    )
    for (const { path, name } of violations) {
      mkdirSync(dirname(join(world, path)), { recursive: true })
      writeFileSync(join(world, path), `import ${JSON.stringify(name)}\n`)
    }
    const { output } = await runProgram(["oxlint", "--format", "unix", "-c", join(world, ".oxlintrc.json"), world], signal)
    const reported = output.split("\n").filter((line) => line.includes("no-restricted-imports"))
    const missed = violations.filter(({ path }) => !reported.some((line) => line.includes(`${path}:`)))
    return { ok: missed.length === 0, output: missed.map(({ path, name }) => `not refused: ${dirname(path)} importing ${name}\n`).join("") }
  } finally {
    rmSync(world, { recursive: true, force: true })
  }
}
