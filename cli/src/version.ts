// The version of this program, from its package.

import { readFileSync } from "node:fs"

/** For example "0.1.0"; empty when the package cannot be read. */
export function ownVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8")
  return /"version": *"([^"]+)"/.exec(text)?.[1] ?? ""
}
