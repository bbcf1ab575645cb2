// Builds web/dist, which the daemon serves.

import { buildIfStale, runBuilder } from "./fresh-build.ts"

/** Answers whether it had to build. Throws BuildError. */
export function buildWebClient(): Promise<boolean> {
  return buildIfStale({
    name: "web client",
    folder: "web/dist",
    proof: "index.html",
    sources: ["web/src", "web/public", "web/index.html", "web/vite.config.ts", "shared/src", "package-lock.json"],
    build: (folder) =>
      runBuilder(["node_modules/vite/bin/vite.js", "build", "web", "--outDir", folder, "--emptyOutDir", "--logLevel", "warn"]),
  })
}
