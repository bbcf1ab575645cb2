// Which files under a Codex home are transcripts.

import type { FileRole } from "../port.ts"

export function codexRoleOf(relativePath: string): FileRole | undefined {
  const parts = relativePath.split("/")
  const name = parts.at(-1) ?? ""
  if ((parts[0] !== "sessions" && parts[0] !== "archived_sessions") || parts.length < 2) return undefined
  if (name.endsWith(".jsonl")) return "transcript"
  return name.endsWith(".jsonl.zst") ? "compressed" : undefined
}

export function codexEntersFolder(relativePath: string): boolean {
  const parts = relativePath.split("/")
  return (parts[0] === "sessions" || parts[0] === "archived_sessions") && parts.length <= 5
}

/** Thread id at the end of rollout-<time>-<uuid>.jsonl, packed or not. */
export function threadIdOf(relativePath: string): string | undefined {
  return /(?<id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.jsonl(?:\.zst)?$/u.exec(relativePath)?.groups?.["id"]
}
