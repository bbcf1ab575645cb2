// Bundles the daemon into the folder given: one file for the main thread and one for each kind of thread. Two hundred modules take as long to
// load as a hundred megabytes of transcripts to read.

import { copyFileSync } from "node:fs"
import { join } from "node:path"
import { rolldown } from "rolldown"

const SOURCE = join(import.meta.dirname, "../src")
const ENTRIES = ["main", "work/read-task", "work/scan-task", "store/writer-task"] as const

const folder = process.argv[2]
if (folder === undefined) throw new Error("usage: bundle-daemon.ts FOLDER")
for (const entry of ENTRIES) {
  // Each alone: a file that threads share would have to be found and opened as well.
  const bundle = await rolldown({
    input: { [entry]: join(SOURCE, `${entry}.ts`) },
    platform: "node",
    // Libraries that look for files beside their own.
    external: ["piscina", "pino"],
    plugins: [{ name: "ascii", renderChunk: toAscii }],
    logLevel: "silent",
  })
  await bundle.write({ dir: folder, format: "esm", entryFileNames: "[name].js", codeSplitting: false })
  await bundle.close()
}
copyFileSync(join(SOURCE, "observe/transcripts/prune.wasm"), join(folder, "work/prune.wasm"))

/** Of a source with one character above Latin-1 the engine keeps every character in two bytes. What stands for one means the same in any literal. */
function toAscii(code: string): string {
  return code.replaceAll(/[^\p{ASCII}]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""),
  )
}
