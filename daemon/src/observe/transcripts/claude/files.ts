// Which files under a Claude Code home are transcripts, and what their paths say of the conversation and the subagent inside.

import type { FileRole } from "../port.ts"

export interface FileIdentity {
  /** Conversation that the path names; undefined for the flat agent files of old versions, whose lines name it. */
  readonly conversationId: string | undefined
  /** Subagent that the path names; undefined for a main transcript. */
  readonly subagentId: string | undefined
  /** Run of a workflow whose folder it lies in. */
  readonly workflowRunId: string | undefined
}

const AGENT_FILE = /^agent-(?<id>[\w-]{1,100})\.(?:jsonl(?:\.zst)?|meta\.json)$/u

/** Folders of a session that never hold transcripts. */
const IGNORED_FOLDERS: ReadonlySet<string> = new Set(["tool-results", "memory", "shell-snapshots"])

export function claudeRoleOf(relativePath: string): FileRole | undefined {
  const parts = relativePath.split("/")
  const name = parts.at(-1) ?? ""
  if (parts[0] !== "projects" || parts.length < 3) return undefined
  // The journal of a workflow run lies among its agents' transcripts but is none.
  if (name.endsWith(".jsonl")) return name === "journal.jsonl" || name === "history.jsonl" ? undefined : "transcript"
  if (name.endsWith(".jsonl.zst")) return "compressed"
  if (name.endsWith(".meta.json") && AGENT_FILE.test(name)) return "sidecar"
  return name === "custom-title.json" && parts.length === 4 ? "sidecar" : undefined
}

export function claudeEntersFolder(relativePath: string): boolean {
  const parts = relativePath.split("/")
  return parts[0] === "projects" && parts.length <= 7 && !IGNORED_FOLDERS.has(parts.at(-1) ?? "")
}

/** What the path says: projects/<dir>/<session>.jsonl, projects/<dir>/<session>/subagents/**\/agent-<id>.jsonl, projects/<dir>/agent-<id>.jsonl. */
export function claudeIdentityOf(relativePath: string): FileIdentity {
  const parts = relativePath.split("/")
  const name = parts.at(-1) ?? ""
  const subagentId = AGENT_FILE.exec(name)?.groups?.["id"]
  const workflowRunId = parts[4] === "workflows" && parts.length > 6 ? parts[5] : undefined
  if (parts.length > 3) return { conversationId: parts[2], subagentId, workflowRunId }
  if (subagentId !== undefined) return { conversationId: undefined, subagentId, workflowRunId }
  return { conversationId: name.replace(/\.jsonl(?:\.zst)?$/u, ""), subagentId: undefined, workflowRunId }
}
