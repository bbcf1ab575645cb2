// `vibecraft audit [SESSION]`: what is counted, held against what the agents and ccusage count.

import { create } from "@bufbuild/protobuf"
import { formatFirstRead } from "@vibecraft/shared/format-first-read"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { DaemonService } from "@vibecraft/shared/gen/vibecraft/v1/daemon_service_pb"
import { type AuditResponse, AuditResponseSchema, MetricsService } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { renderAudit, renderComparison } from "../audit-view.ts"
import { findCcusage, runCcusage } from "../ccusage.ts"
import type { CommandContext, CommonOptions } from "../command-context.ts"
import { CommandError } from "../command-error.ts"
import type { DaemonConnection } from "../connect-daemon.ts"
import { findSession } from "../find-session.ts"
import { jsonText } from "../json-output.ts"
import { listSessions } from "../list-sessions.ts"
import { pages } from "../pages.ts"

export interface AuditOptions extends CommonOptions {
  readonly all?: boolean
  /** False with --no-ccusage. */
  readonly ccusage?: boolean
}

export async function audit({ daemon, terminal }: CommandContext, options: AuditOptions, wanted: string | undefined): Promise<void> {
  const id = wanted === undefined ? "" : findSession((await listSessions(daemon, Scope.ALL)).sessions, wanted).id
  const answer = await askAll(daemon, id)
  if (options.json === true) return terminal.print([jsonText(AuditResponseSchema, answer)])
  const table = { width: terminal.width(), paint: terminal.paint }
  const all = options.all === true
  const lines = renderAudit(answer, all, table)
  // ccusage counts everything or nothing.
  if (options.ccusage !== false && id === "") lines.push("", ...(await ccusageLines({ daemon, terminal }, answer, all)))
  const progress = formatFirstRead(answer.firstRead)
  if (progress !== undefined) lines.push("", terminal.paint("attention", progress))
  return terminal.print(lines)
}

async function ccusageLines({ daemon, terminal }: CommandContext, answer: AuditResponse, all: boolean): Promise<string[]> {
  const { paint, program } = terminal
  const path = findCcusage(program.env)
  if (path === undefined) return [paint("dim", "ccusage is not installed, so there is nothing to compare with.")]
  const { sources } = await daemon.call(DaemonService.method.getStatus, {})
  const homes = sources.filter(({ kind }) => kind === "transcripts").map(({ name }) => name)
  try {
    const report = await runCcusage(path, homes, program.env)
    return renderComparison(answer.rows, report, all, { width: terminal.width(), paint })
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    return [paint("attention", error.message)]
  }
}

/** All pages as one answer. */
async function askAll(daemon: DaemonConnection, id: string): Promise<AuditResponse> {
  const whole = create(AuditResponseSchema)
  for await (const page of pages((pageToken) => daemon.call(MetricsService.method.audit, { id, pageToken }))) {
    whole.rows.push(...page.rows)
    whole.problems = page.problems
    if (page.summary !== undefined) whole.summary = page.summary
    if (page.firstRead !== undefined) whole.firstRead = page.firstRead
  }
  return whole
}
