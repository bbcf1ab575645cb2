// Trees as a table: who started whom, what each does, and what it and all below it cost; below each tree the ways in which its agents work together.

import { create } from "@bufbuild/protobuf"
import { formatDuration, toMs } from "@vibecraft/shared/format-duration"
import { formatCost } from "@vibecraft/shared/format-money"
import { formatTokens } from "@vibecraft/shared/format-tokens"
import { type HierarchyNode, type NodeFigures, NodeKind, NodeState, type Pattern } from "@vibecraft/shared/gen/vibecraft/v1/hierarchy_pb"
import { Certainty, CostSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { Hierarchy } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { nodeWord, patternWord } from "@vibecraft/shared/hierarchy-words"
import { safeText, truncate } from "@vibecraft/shared/safe-text"
import { modelLabel } from "@vibecraft/shared/session-label"
import type { Style } from "./paint.ts"
import { type Column, renderTable, type TableOptions } from "./table.ts"
import { asciiLine, type TreeGlyphs } from "./tree-glyphs.ts"

export interface TreeOptions extends TableOptions {
  readonly glyphs: TreeGlyphs
  /** Of many children, those that are over and not among the last few share a line. */
  readonly folds: boolean
}

/** A line of the table. */
interface Row {
  /** With what is drawn before it. */
  readonly label: string
  readonly style: Style | undefined
  readonly state: string
  readonly stateStyle: Style | undefined
  readonly total: Totals
  readonly time: string
  readonly own: string
  readonly model: string
}

type Totals = Pick<NodeFigures, "cost" | "toolCalls" | "judgedCalls" | "failedCalls" | "apiErrors"> & { readonly tokens: bigint }

const STYLES = new Map<number, Style>([
  [NodeState.RUNNING, "busy"],
  [NodeState.WAITING, "attention"],
  [NodeState.DONE, "good"],
  [NodeState.FAILED, "bad"],
  [NodeState.INTERRUPTED, "bad"],
])

/** The team that a session of Claude Code has by itself: named after its lead, below which it is drawn. */
const OWN_TEAM = /^session-[0-9a-f]{8}$/u

/** Patterns beyond so many are counted alone. */
const MAX_PATTERNS = 24
/** The same where many trees are shown. */
const FEW_PATTERNS = 4
/** Children that are over and shown all the same. */
const MAX_OVER = 6

/** All trees in one table, a line for each node, and behind each tree its patterns, latest first. */
export function renderTrees(trees: readonly Hierarchy[], nowMs: number, options: TreeOptions): string[] {
  const { glyphs } = options
  const rowsOf = trees.map((tree) => treeRows(tree, nowMs, options))
  const [header, ...lines] = renderTable(COLUMNS, rowsOf.flat(), options)
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

function treeRows({ nodes }: Hierarchy, nowMs: number, { glyphs, folds }: TreeOptions): Row[] {
  const childrenOf = Map.groupBy(nodes, ({ parentId }) => parentId)
  const rows: Row[] = []
  const walk = (node: HierarchyNode, prefix: string, below: string): void => {
    const children = childrenOf.get(node.id) ?? []
    rows.push(nodeRow(node, prefix, children.length > 0, nowMs, glyphs))
    const folded = folds ? foldable(children, childrenOf) : []
    if (folded.length > 0) rows.push(foldedRow(folded, below + (folded.length === children.length ? glyphs.last : glyphs.tee)))
    const shown = children.filter((child) => !folded.includes(child))
    for (const [index, child] of shown.entries()) {
      const isLast = index === shown.length - 1
      walk(child, below + (isLast ? glyphs.last : glyphs.tee), below + (isLast ? glyphs.blank : glyphs.bar))
    }
  }
  for (const root of childrenOf.get(undefined) ?? []) walk(root, "", "")
  return rows
}

/** Those that are over with all below them, but for the last few. */
function foldable(
  children: readonly HierarchyNode[],
  childrenOf: ReadonlyMap<string | undefined, readonly HierarchyNode[]>,
): HierarchyNode[] {
  const isOver = (node: HierarchyNode): boolean =>
    node.state !== NodeState.RUNNING && node.state !== NodeState.WAITING && (childrenOf.get(node.id) ?? []).every(isOver)
  const over = children.filter(isOver)
  // A line for one alone would save nothing.
  return over.length > MAX_OVER + 1 ? over.slice(0, -MAX_OVER) : []
}

function nodeRow(node: HierarchyNode, prefix: string, hasChildren: boolean, nowMs: number, glyphs: TreeGlyphs): Row {
  const { word, symbol, ascii } = nodeWord(node.state)
  return {
    label: prefix + nodeLabel(node),
    style: prefix === "" ? "bold" : undefined,
    state: `${glyphs.isAscii ? ascii : symbol} ${word}`,
    stateStyle: STYLES.get(node.state) ?? "dim",
    total: totalsOf([node]),
    time: timeText(node, nowMs),
    own: hasChildren ? formatCost(node.own?.cost) : "",
    model: modelLabel(node.model),
  }
}

function foldedRow(nodes: readonly HierarchyNode[], prefix: string): Row {
  const failed = nodes.filter(({ state }) => state === NodeState.FAILED).length
  const label = `${prefix}${nodes.length} earlier${failed === 0 ? "" : `, ${failed} failed`}`
  return { label, style: "dim", state: "", stateStyle: undefined, total: totalsOf(nodes), time: "", own: "", model: "" }
}

function totalsOf(nodes: readonly HierarchyNode[]): Totals {
  const totals = nodes.flatMap(({ total }) => total ?? [])
  const sum = (value: (of: NodeFigures) => bigint | undefined): bigint => totals.reduce((all, figures) => all + (value(figures) ?? 0n), 0n)
  const costs = totals.flatMap(({ cost }) => cost ?? [])
  const cost = create(CostSchema, {
    nanosUsd: costs.reduce((all, { nanosUsd }) => all + nanosUsd, 0n),
    certainty: Math.max(Certainty.PRICED, ...costs.map((one) => one.certainty)) as Certainty,
    unpricedModels: [...new Set(costs.flatMap(({ unpricedModels }) => unpricedModels))].sort(),
  })
  return {
    cost,
    tokens: sum(({ tokens }) => tokens?.total),
    toolCalls: sum(({ toolCalls }) => toolCalls),
    judgedCalls: sum(({ judgedCalls }) => judgedCalls),
    failedCalls: sum(({ failedCalls }) => failedCalls),
    apiErrors: sum(({ apiErrors }) => apiErrors),
  }
}

const COLUMNS: readonly Column<Row>[] = [
  { header: "AGENT", text: ({ label }) => label, style: ({ style }) => style, min: 30, enough: 44, importance: 12 },
  { header: "STATE", text: ({ state }) => state, style: ({ stateStyle }) => stateStyle, importance: 11 },
  {
    header: "COST",
    text: ({ total }) => formatCost(total.cost),
    style: ({ total }) => (total.cost?.certainty === Certainty.UNPRICED ? "attention" : undefined),
    align: "right",
    importance: 10,
  },
  { header: "TOKENS", text: ({ total }) => formatTokens(total.tokens), align: "right", importance: 9 },
  { header: "TIME", text: ({ time }) => time, align: "right", importance: 8 },
  { header: "ERRORS", text: ({ total }) => errorsText(total), style: () => "bad", align: "right", importance: 7 },
  { header: "ITS OWN", text: ({ own }) => own, style: () => "dim", align: "right", importance: 6 },
  { header: "CALLS", text: ({ total }) => String(total.toolCalls), style: () => "dim", align: "right", importance: 5 },
  { header: "MODEL", text: ({ model }) => model, style: () => "dim", min: 8, enough: 14, importance: 4 },
]

/** "Explore: look at the parser", with what is special about it. */
function nodeLabel(node: HierarchyNode): string {
  const what = safeText(node.description ?? "")
  const name = safeText(node.name)
  const marks = [
    // Threads always run beside the one that started them.
    ...(node.background && node.kind === NodeKind.SUBAGENT ? ["bg"] : []),
    ...(node.engagements > 1 ? [`asked ${node.engagements} times`] : []),
    ...(node.team === undefined ? [] : [OWN_TEAM.test(node.team) ? "teammate" : `team ${safeText(node.team)}`]),
  ]
  const label = node.parentId === undefined || what === "" || what === name ? name : `${name}: ${what}`
  return marks.length === 0 ? label : `${label} (${marks.join(", ")})`
}

/** From its start to its end, or to now. */
function timeText({ startedTime, endedTime, own, state }: HierarchyNode, nowMs: number): string {
  if (startedTime === undefined) return ""
  if (state === NodeState.RUNNING || state === NodeState.WAITING) return formatDuration(nowMs - toMs(startedTime))
  return formatDuration(endedTime === undefined ? (own?.durationMs ?? 0n) : toMs(endedTime) - toMs(startedTime))
}

/** "2/14, 1 API": failed of judged calls, and requests that failed. */
function errorsText({ failedCalls, judgedCalls, apiErrors }: Totals): string {
  const calls = failedCalls === 0n ? [] : [`${failedCalls}/${judgedCalls}`]
  const requests = apiErrors === 0n ? [] : [`${apiErrors} API`]
  return [...calls, ...requests].join(", ")
}

function patternLines({ patterns, nodes }: Hierarchy, nowMs: number, options: TreeOptions): string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const lines = patterns.slice(0, options.folds ? FEW_PATTERNS : MAX_PATTERNS).map((pattern) => patternLine(pattern, byId, nowMs, options))
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
  const head = `${patternWord(pattern.kind)}${from}, ${isOn ? "on for" : "took"} ${formatDuration(lastedMs)}`
  const text = `  ${glyphs.pattern} ${head}: ${pattern.evidence.map((words) => safeText(words)).join("; ")}`
  return paint(isOn ? "busy" : "dim", truncate(text, width))
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`
}
