// Builds cli/dist, which `vibecraft` runs for as long as the sources stay as they were. Whether they did is asked with every command, so it
// is told by what the file system says of them; to read them all would take as long as the bundle saves.

import { statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { ROOT, buildIfStale, filesUnder, runBuilder } from "./fresh-build.ts"

const FOLDER = "cli/dist"
const SOURCES = ["cli/src", "daemon/scripts/bundle-cli.ts", "shared/src", "package-lock.json"]

/** Answers whether it had to build. Throws BuildError. */
export async function buildCli(): Promise<boolean> {
  // Before any is read: whatever changes from now on makes the bundle an old one.
  const seen = SOURCES.flatMap(filesUnder).map((path) => {
    const { size, mtimeMs, ctimeMs } = statSync(join(ROOT, path))
    return [path, size, mtimeMs, ctimeMs]
  })
  const note = (folder: string) => writeFileSync(join(folder, "sources.json"), JSON.stringify(seen))
  const built = await buildIfStale({
    name: "command line",
    folder: FOLDER,
    proof: "main.cjs",
    sources: SOURCES,
    build: async (folder) => {
      await runBuilder(["daemon/scripts/bundle-cli.ts", folder])
      note(folder)
    },
  })
  // The same bytes in files written anew, by a checkout for example.
  if (!built) note(join(ROOT, FOLDER))
  return built
}
