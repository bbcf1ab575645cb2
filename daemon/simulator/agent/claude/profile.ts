// What changed between versions of Claude Code, as far as an observer can see it.

export interface ClaudeProfile {
  readonly version: string
  /** How much the registry file says, by the version that introduced it. */
  readonly registry: 76 | 112 | 145 | 200 | 240 | 330
  /** The title turns while it works; later versions keep it still. */
  readonly spinningTitle: boolean
  /** Lines of a message carry placeholders for the output until the last one. */
  readonly placeholderUsage: boolean
  /** Writes `api-request` and `cost-state` lines, `requestRef` and the process's first session id. */
  readonly requestLines: boolean
  /** `/clear` and resume reach the registry file. */
  readonly registryFollows: boolean
}

/** Any 2.1.x; the nearest known older version's habits. */
export function claudeProfile(version: string): ClaudeProfile {
  const patch = Number(version.split(".")[2] ?? 330)
  const steps = [330, 240, 200, 145, 112, 76] as const
  return {
    version,
    registry: steps.find((step) => patch >= step) ?? 76,
    spinningTitle: patch < 236,
    placeholderUsage: patch <= 96,
    requestLines: patch > 240,
    registryFollows: patch >= 139,
  }
}
