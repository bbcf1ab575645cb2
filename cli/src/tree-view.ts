// Trees as a table: who started whom, what each does, and what it and all below it cost; below each tree the ways in which its agents work together.

import { formatDuration, toMs } from "@vibecraft/shared/format-duration"
import { formatCost } from "@vibecraft/shared/format-money"
import { formatTokens } from "@vibecraft/shared/format-tokens"
import { type HierarchyNode, type NodeFigures, NodeState, type Pattern } from "@vibecraft/shared/gen/vibecraft/v1/hierarchy_pb"
import { Certainty } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { Hierarchy } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { nodeWord, patternWord } from "@vibecraft/shared/hierarchy-words"
import { safeText, truncate } from "@vibecraft/shared/safe-text"
import { modelLabel } from "@vibecraft/shared/session-label"
import type { Style } from "./paint.ts"
import { type Column, renderTable, type TableOptions } from "./table.ts"
import { asciiLine, type TreeGlyphs } from "./tree-glyphs.ts"

export interface TreeOptions extends TableOptions {
  readonly glyphs: TreeGlyphs
}

interface Row {
  readonly node: HierarchyNode
  /** What is drawn before its name. */
  readonly prefix: string
  readonly hasChildren: boolean
}

const STYLES = new Map<number, Style>([
  [NodeState.RUNNING, "busy"],
  [NodeState.WAITING, "attention"],
  [NodeState.DONE, "good"],
  [NodeState.FAILED, "bad"],
  [NodeState.INTERRUPTED, "bad"],
])

/** Patterns beyond so many are counted alone. */
const MAX_PATTERNS = 8

/** All trees in one table, a line for each node, and behind each tree its patterns, latest first. */
export function renderTrees(trees: readonly Hierarchy[], nowMs: number, options: TreeOptions): string[] {
  const { glyphs } = options
  const rowsOf = trees.map((tree) => treeRows(tree, glyphs))
  const [header, ...lines] = renderTable(columns(nowMs, glyphs), rowsOf.flat(), options)
  const out = [header ?? ""]
  let at = 0
  for (const [index, tree] of trees.entries()) {
    const count = rowsOf[index]?.length ?? 0
    out.push(...lines.slice(at, at + count), ...patternLines(tree, nowMs, options))
    at += count
  }
  return glyphs.isAscii ? out.map(asciiLine) : out
}

/** "3 trees, 12 agents: 4 running, 8 done". */
export function countNodes(trees: readonly Hierarchy[]): string {
  const nodes = trees.flatMap((tree) => tree.nodes)
  const counts = new Map<string, number>()
  for (const { state } of nodes) counts.set(nodeWord(state).word, (counts.get(nodeWord(state).word) ?? 0) + 1)
  const parts = Array.from(counts, ([word, count]) => `${count} ${word}`)
  return `${plural(trees.length, "tree")}, ${plural(nodes.length, "agent")}: ${parts.join(", ")}`
}

function treeRows({ nodes }: Hierarchy, glyphs: TreeGlyphs): Row[] {
  const childrenOf = Map.groupBy(nodes, ({ parentId }) => parentId)
  const rows: Row[] = []
  const walk = (node: HierarchyNode, prefix: string, below: string): void => {
    const children = childrenOf.get(node.id) ?? []
    rows.push({ node, prefix, hasChildren: children.length > 0 })
    for (const [index, child] of children.entries()) {
      const isLast = index === children.length - 1
      walk(child, below + (isLast ? glyphs.last : glyphs.tee), below + (isLast ? glyphs.blank : glyphs.bar))
    }
  }
  for (const root of childrenOf.get(undefined) ?? []) walk(root, "", "")
  return rows
}

function columns(nowMs: number, glyphs: TreeGlyphs): readonly Column<Row>[] {
  const dim = (): Style => "dim"
  return [
    {
      header: "AGENT",
      text: ({ node, prefix }) => prefix + nodeLabel(node),
      style: ({ prefix }) => (prefix === "" ? "bold" : undefined),
      min: 22,
      enough: 44,
      importance: 12,
    },
    { header: "STATE", text: ({ node }) => stateText(node, glyphs), style: ({ node }) => STYLES.get(node.state) ?? "dim", importance: 11 },
    {
      header: "COST",
      text: ({ node }) => formatCost(node.total?.cost),
      style: ({ node }) => (node.total?.cost?.certainty === Certainty.UNPRICED ? "attention" : undefined),
      align: "right",
      importance: 10,
    },
    { header: "TOKENS", text: ({ node }) => formatTokens(node.total?.tokens?.total ?? 0n), align: "right", importance: 9 },
    { header: "TIME", text: ({ node }) => timeText(node, nowMs), align: "right", importance: 8 },
    {
      header: "ERRORS",
      text: ({ node }) => errorsText(node.total),
      style: ({ node }) => (errorsText(node.total) === "" ? undefined : "bad"),
      align: "right",
      importance: 7,
    },
    { header: "CALLS", text: ({ node }) => String(node.total?.toolCalls ?? 0n), style: dim, align: "right", importance: 5 },
    {
      header: "ITS OWN",
      text: ({ node, hasChildren }) => (hasChildren ? formatCost(node.own?.cost) : ""),
      style: dim,
      align: "right",
      importance: 6,
    },
    { header: "MODEL", text: ({ node }) => modelLabel(node.model), style: dim, min: 8, enough: 14, importance: 4 },
  ]
}

/** "Explore: look at the parser", with what is special about it. */
function nodeLabel(node: HierarchyNode): string {
  const what = safeText(node.description ?? "")
  const name = safeText(node.name)
  const marks = [
    ...(node.background ? ["bg"] : []),
    ...(node.engagements > 1 ? [`asked ${node.engagements} times`] : []),
    ...(node.team === undefined ? [] : [`team ${safeText(node.team)}`]),
  ]
  const label = node.parentId === undefined || what === "" || what === name ? name : `${name}: ${what}`
  return marks.length === 0 ? label : `${label} (${marks.join(", ")})`
}

function stateText({ state }: HierarchyNode, glyphs: TreeGlyphs): string {
  const { word, symbol, ascii } = nodeWord(state)
  return `${glyphs.isAscii ? ascii : symbol} ${word}`
}

/** From its start to its end, or to now. */
function timeText({ startedTime, endedTime, own, state }: HierarchyNode, nowMs: number): string {
  if (startedTime === undefined) return ""
  const isOn = state === NodeState.RUNNING || state === NodeState.WAITING
  if (isOn) return formatDuration(nowMs - toMs(startedTime))
  return endedTime === undefined ? formatDuration(own?.durationMs ?? 0n) : formatDuration(toMs(endedTime) - toMs(startedTime))
}

/** "2/14, 1 API": failed of judged calls, and requests that failed. */
function errorsText(figures: NodeFigures | undefined): string {
  if (figures === undefined) return ""
  const calls = figures.failedCalls === 0n ? [] : [`${figures.failedCalls}/${figures.judgedCalls}`]
  const requests = figures.apiErrors === 0n ? [] : [`${figures.apiErrors} API`]
  return [...calls, ...requests].join(", ")
}

function patternLines({ patterns, nodes }: Hierarchy, nowMs: number, options: TreeOptions): string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const lines = patterns.slice(0, MAX_PATTERNS).map((pattern) => patternLine(pattern, byId, nowMs, options))
  const more = patterns.length - lines.length
  return more > 0 ? [...lines, options.paint("dim", `  ${options.glyphs.pattern} and ${more} more`)] : lines
}

function patternLine(
  pattern: Pattern,
  byId: ReadonlyMap<string, HierarchyNode>,
  nowMs: number,
  { glyphs, paint, width }: TreeOptions,
): string {
  const leader = byId.get(pattern.leaderId)
  const { endedTime, startedTime } = pattern
  const isOn = endedTime === undefined
  const from = leader === undefined || leader.parentId === undefined ? "" : ` of ${safeText(leader.name)}`
  const lastedMs = startedTime === undefined ? 0 : (endedTime === undefined ? nowMs : toMs(endedTime)) - toMs(startedTime)
  const head = `${patternWord(pattern.kind)}${from}`
  const told = pattern.evidence.map((words) => safeText(words)).join("; ")
  const text = `  ${glyphs.pattern} ${head}: ${told} (${isOn ? "for" : "took"} ${formatDuration(lastedMs)})`
  return paint(isOn ? "busy" : "dim", truncate(text, width))
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`
}
