// Whether cli/dist may stand for the sources. It takes half the time to load, and what it was made of is listed in it; where in doubt the
// sources run, which are never out of date.
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"

/** False without a bundle, or when a source is gone or was written since, even with the same bytes. */
export function isBundleCurrent() {
  try {
    const cli = join(import.meta.dirname, "..")
    const sources = JSON.parse(readFileSync(join(cli, "dist", "sources.json"), "utf8"))
    return sources.every(([path, ...seen]) => {
      const { size, mtimeMs, ctimeMs } = statSync(join(cli, "..", path))
      return size === seen[0] && mtimeMs === seen[1] && ctimeMs === seen[2]
    })
  } catch {
    return false
  }
}
