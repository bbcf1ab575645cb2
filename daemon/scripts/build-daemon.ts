// Builds daemon/dist, which `npm start` runs.

import { buildIfStale, runBuilder } from "./fresh-build.ts"

/** Answers whether it had to build. Throws BuildError. */
export function buildDaemon(): Promise<boolean> {
  return buildIfStale({
    name: "daemon",
    folder: "daemon/dist",
    proof: "main.js",
    sources: ["daemon/src", "daemon/scripts/bundle-daemon.ts", "shared/src", "package-lock.json"],
    build: (folder) => runBuilder(["daemon/scripts/bundle-daemon.ts", folder]),
  })
}
