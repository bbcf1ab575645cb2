// Whether cli/dist may stand for the sources. It takes half the time to load, and what it was made of is listed in it; where in doubt the
// sources run, which are never out of date.
import { readFileSync, statSync } from "node:fs"

/** False without a bundle, or when a source is gone or was written since, even with the same bytes. */
export function isBundleCurrent() {
  try {
    const sources = JSON.parse(readFileSync(`${import.meta.dirname}/../dist/sources.json`, "utf8"))
    // Joined by hand: at the start of a program a hundred calls of path.join take longer than all that is asked here.
    const root = `${import.meta.dirname}/../../`
    return sources.every(([path, ...seen]) => {
      const { size, mtimeMs, ctimeMs } = statSync(root + path)
      return size === seen[0] && mtimeMs === seen[1] && ctimeMs === seen[2]
    })
  } catch {
    return false
  }
}
