// Writes docs/accuracy.md and the README's table of accuracy: runs the daemon and ccusage on recorded transcripts and compares, conversation by
// conversation and class by class. `node daemon/scripts/accuracy.ts`; fails where a difference has no explanation.

import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { ccusageProgram, ccusageTokens, type Tokens } from "../test/ccusage.ts"
import { EXPLAINED_DIFFERENCES } from "../test/explained-differences.ts"

const ROOT = join(import.meta.dirname, "../..")
const DATA = join(ROOT, "../shared/data")
const CORPORA = [
  ["claude", "Claude Code 2.1.330, scripted sessions"],
  ["claude-public", "Claude Code 2.1.39 to 2.1.237, long real sessions"],
  ["codex", "Codex 0.169, scripted threads"],
  ["codex-public", "Codex 0.118 to 0.139, long real threads"],
] as const

interface Row {
  readonly conversationId: string
  readonly requests: string
  readonly tokens: Readonly<Record<"input" | "output" | "cacheRead" | "cacheWrite5m" | "cacheWrite1h", string>>
  readonly cost: { readonly nanosUsd: string }
  readonly booked?: {
    readonly nanosUsd: string
    readonly inheritedNanosUsd: string
    readonly hidden: readonly { readonly nanosUsd: string; readonly model: string; readonly tokens: Readonly<Record<string, string>> }[]
  }
}

interface Compared {
  readonly title: string
  readonly rows: readonly Row[]
  readonly theirs: ReadonlyMap<string, Tokens>
}

const CLASSES = ["input", "output", "cacheRead", "cacheWrite"] as const
const NOTHING: Tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }

const temp = mkdtempSync(join(tmpdir(), "vibecraft-accuracy-"))
try {
  const ccusage = ccusageProgram(temp)
  if (ccusage === undefined) throw new Error("ccusage is not installed for this machine")
  const compared: Compared[] = []
  for (const [folder, title] of CORPORA) {
    const home = join(DATA, folder)
    if (!existsSync(home)) throw new Error(`no recorded transcripts at ${home}`)
    compared.push({
      title,
      rows: await daemonRows(home),
      theirs: ccusageTokens(ccusage, home, folder.startsWith("claude") ? "claude" : "codex"),
    })
  }
  const unexplained = compared.flatMap(({ rows, theirs }) =>
    differing(rows, theirs).filter((id) => EXPLAINED_DIFFERENCES[id] === undefined),
  )
  if (unexplained.length > 0) throw new Error(`not explained: ${unexplained.join(", ")}`)
  const table = summary(compared)
  writeFileSync(join(ROOT, "docs/accuracy.md"), page(compared, table))
  const readme = join(ROOT, "README.md")
  writeFileSync(readme, withTable(readFileSync(readme, "utf8"), table))
} finally {
  rmSync(temp, { recursive: true, force: true })
}

/** The daemon, as a program, on one home. */
async function daemonRows(home: string): Promise<readonly Row[]> {
  const run = mkdtempSync(join(temp, "run-"))
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: run,
    TMUX_TMPDIR: run,
    VIBECRAFT_SCOPE: "accuracy",
    CLAUDE_CONFIG_DIR: home,
    CODEX_HOME: home,
  }
  const args = [join(ROOT, "daemon/bin/vibecraftd.js"), "--port", "0", "--socket", join(run, "sock"), "--state-dir", join(run, "state")]
  const daemon = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] })
  try {
    const url = await caughtUp(daemon)
    const headers = { "content-type": "application/json" }
    const answer = await fetch(`${url}/vibecraft.v1.MetricsService/Audit`, { method: "POST", headers, body: "{}" })
    const { rows } = (await answer.json()) as { readonly rows: readonly Row[] }
    return rows
  } finally {
    daemon.kill()
    await new Promise((resolve) => daemon.once("exit", resolve))
  }
}

async function caughtUp(daemon: ChildProcess): Promise<string> {
  if (daemon.stdout === null) throw new Error("no output to read")
  let url = ""
  for await (const line of createInterface(daemon.stdout)) {
    if (line.startsWith("vibecraftd ready ")) url = line.slice("vibecraftd ready ".length)
    if (line.startsWith("vibecraftd caught up")) return url
  }
  throw new Error("the daemon ended")
}

function ours({ tokens }: Row): Tokens {
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = tokens
  return {
    input: Number(input),
    output: Number(output),
    cacheRead: Number(cacheRead),
    cacheWrite: Number(cacheWrite5m) + Number(cacheWrite1h),
  }
}

/** Conversations with a class of tokens that the two count differently. */
function differing(rows: readonly Row[], theirs: ReadonlyMap<string, Tokens>): string[] {
  const counted = new Map(rows.filter(({ requests }) => requests !== "0").map((row) => [row.conversationId, ours(row)]))
  return [...new Set([...counted.keys(), ...theirs.keys()])].filter((id) => {
    const [a, b] = [counted.get(id) ?? NOTHING, theirs.get(id) ?? NOTHING]
    return CLASSES.some((name) => a[name] !== b[name])
  })
}

function total(all: Iterable<Tokens>): number {
  let sum = 0
  for (const tokens of all) for (const name of CLASSES) sum += tokens[name]
  return sum
}

function summary(compared: readonly Compared[]): string {
  const lines = [
    "| transcripts | conversations | tokens | ccusage 20.0.24 | equal | explained | unexplained |",
    "|---|---:|---:|---:|---:|---:|---:|",
  ]
  for (const { title, rows, theirs } of compared) {
    const counted = rows.filter(({ requests }) => requests !== "0")
    const different = differing(rows, theirs).length
    lines.push(
      `| ${title} | ${counted.length} | ${number(total(counted.map(ours)))} | ${number(total(theirs.values()))} | ${counted.length - different} | ${different} | 0 |`,
    )
  }
  const booked = compared.flatMap(({ rows }) => rows.flatMap(({ cost, booked: own }) => (own === undefined ? [] : [{ cost, own }])))
  const hiding = booked.filter(({ own }) => own.hidden.length > 0).length
  const forked = booked.filter(({ own }) => own.inheritedNanosUsd !== "0").length
  const exact = booked.filter(({ cost, own }) => BigInt(cost.nanosUsd) + BigInt(own.inheritedNanosUsd) === BigInt(own.nanosUsd)).length
  if (exact + hiding !== booked.length) throw new Error("an account of Claude Code's is not met")
  lines.push(
    "",
    `What Claude Code booked itself for ${booked.length} sessions is met to the nano-dollar in ${exact}, of which ${forked} forked from another; ` +
      `the other ${hiding} made calls that leave no line, shown apart as hidden.`,
  )
  return lines.join("\n")
}

function page(compared: readonly Compared[], table: string): string {
  const rows = compared.flatMap((one) => one.rows)
  const theirs = new Map(compared.flatMap((one) => [...one.theirs]))
  return `<!-- Written by daemon/scripts/accuracy.ts. Run it again instead of editing. -->

# How accurate the figures are

Recorded transcripts are read by the daemon and counted by ccusage, conversation by conversation and class by class (input, output, cache
reads, cache writes). A test allows no difference but those below. Where Claude Code writes what it booked itself, our cost is held against
that, to the nano-dollar. On your own transcripts \`vibecraft audit\` does the same.

${table}

## Where ccusage differs

| conversation | class | here | ccusage | why |
|---|---|---:|---:|---|
${rows.flatMap((row) => differenceLines(row, theirs.get(row.conversationId) ?? NOTHING)).join("\n")}

## What Claude Code booked

| session | counted | booked | hidden | inherited |
|---|---:|---:|---:|---:|
${rows.flatMap(bookedLine).join("\n")}

Hidden is what the agent booked for calls that leave no line in a transcript (compacting, side questions, titles): it is published apart,
by model, and is in no other figure. Inherited is what a fork started from; it counts for its parent.
`
}

function differenceLines(row: Row, theirs: Tokens): string[] {
  const counted = ours(row)
  const reason = EXPLAINED_DIFFERENCES[row.conversationId]?.reason ?? ""
  return CLASSES.filter((name) => counted[name] !== theirs[name]).map(
    (name, index) =>
      `| ${row.conversationId.slice(-12)} | ${name} | ${number(counted[name])} | ${number(theirs[name])} | ${index === 0 ? reason : ""} |`,
  )
}

function bookedLine({ conversationId, cost, booked }: Row): string[] {
  if (booked === undefined || booked.nanosUsd === "0") return []
  const hidden = booked.hidden.map(({ model, nanosUsd }) => `${usd(nanosUsd)} ${model}`).join(", ")
  const inherited = booked.inheritedNanosUsd === "0" ? "" : usd(booked.inheritedNanosUsd)
  return [`| ${conversationId.slice(-12)} | ${usd(cost.nanosUsd)} | ${usd(booked.nanosUsd)} | ${hidden} | ${inherited} |`]
}

function withTable(readme: string, table: string): string {
  const [start, end] = ["<!-- accuracy: written by daemon/scripts/accuracy.ts -->", "<!-- /accuracy -->"]
  const [from, to] = [readme.indexOf(start), readme.indexOf(end)]
  if (from < 0 || to < 0) throw new Error(`README.md has no place for the table: ${start} … ${end}`)
  return `${readme.slice(0, from + start.length)}\n${table}\n${readme.slice(to)}`
}

function number(value: number): string {
  return value.toLocaleString("en-US")
}

function usd(nanosUsd: string): string {
  return `$${(Number(nanosUsd) / 1e9).toFixed(7)}`
}
