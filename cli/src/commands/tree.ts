// `vibecraft tree [SESSION]`: who started whom, with state and cost, and in what pattern they work.

import { formatFirstRead } from "@vibecraft/shared/format-first-read"
import { type FirstRead, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import {
  GetHierarchyResponseSchema,
  type Hierarchy,
  SessionService,
  WatchSessionsResponseSchema,
} from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { SessionReplica } from "@vibecraft/shared/session-replica"
import type { CommandContext, CommonOptions } from "../command-context.ts"
import { findSession } from "../find-session.ts"
import { jsonText } from "../json-output.ts"
import { listSessions } from "../list-sessions.ts"
import type { Terminal } from "../terminal.ts"
import { treeGlyphs } from "../tree-glyphs.ts"
import { countNodes, renderTrees } from "../tree-view.ts"

export interface TreeCommandOptions extends CommonOptions {
  readonly all?: boolean
  readonly watch?: boolean
}

export async function tree(context: CommandContext, options: TreeCommandOptions, wanted?: string): Promise<void> {
  const { daemon, terminal } = context
  const id = wanted === undefined ? "" : findSession((await listSessions(daemon, Scope.ALL)).sessions, wanted).id
  const scope = options.all === true || id !== "" ? Scope.ALL : Scope.RECENT
  if (options.watch === true) return watchTrees(context, scope, id, options.json === true)
  const answer = await daemon.call(SessionService.method.getHierarchy, { id, scope })
  if (options.json === true) return terminal.print([jsonText(GetHierarchyResponseSchema, answer)])
  return terminal.print(treeLines(answer.trees, answer.firstRead, terminal, id === ""))
}

async function watchTrees({ daemon, terminal }: CommandContext, scope: Scope, id: string, json: boolean): Promise<void> {
  const open = (minIntervalMs: number) => (signal: AbortSignal) =>
    daemon.watch(SessionService.method.watchSessions, { scope, id, minIntervalMs, hierarchy: true }, signal)
  if (json) {
    const { printStream } = await import("../json-stream.ts")
    return printStream(terminal, WatchSessionsResponseSchema, open(100))
  }
  const { feed, showLive } = await import("../live-view.ts")
  const replica = new SessionReplica()
  let ready = false
  const trees = feed(open(terminal.isTty ? 100 : 1000), (message) => {
    replica.apply(message)
    // The trees come right behind the snapshot; where there are none, nothing does.
    ready ||= message.event.case === "hierarchy" || replica.size === 0
    return message.event.case !== "heartbeat"
  })
  const shown = (): readonly Hierarchy[] => (id === "" ? replica.trees() : replica.allTrees())
  await showLive(
    terminal,
    [trees],
    () => ready,
    () => treeLines(shown(), replica.firstRead, terminal, id === ""),
  )
}

function treeLines(trees: readonly Hierarchy[], firstRead: FirstRead | undefined, terminal: Terminal, folds: boolean): string[] {
  const { paint } = terminal
  const progress = formatFirstRead(firstRead)
  const tail = progress === undefined ? [] : [paint("attention", progress)]
  if (trees.length === 0) return ["No sessions are live or were active in the last 24 hours.", ...tail]
  const glyphs = treeGlyphs(terminal.program.env)
  const table = renderTrees(trees, terminal.now(), { width: terminal.width(), paint, glyphs, folds })
  return [...table, "", paint("dim", countNodes(trees)), ...tail]
}
