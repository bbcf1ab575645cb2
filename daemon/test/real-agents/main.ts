// `npm run test:real-agents`: the real Claude Code and Codex from npm, in real tmux, against a scripted API on loopback, watched by the
// daemon as a program. It prints what the daemon made of them and ends with 1 when that was not what is so. On demand, not in `npm test`.

import { readFileSync, writeFileSync } from "node:fs"
import { resolve } from "node:path"
import { parseArgs } from "node:util"
import { CLAUDE_CODE, type ClientPackage, CODEX, InstallError, newestVersion } from "./install-client.ts"
import { type ClientReport, reportSum, reportTable } from "./report-table.ts"
import { type Client, CLAUDE, CODEX_ALONE, CODEX_SHARED, runClient } from "./run-client.ts"

const USAGE = `Usage: npm run test:real-agents [-- options]

  --claude VERSION   version of Claude Code (repeatable; default the newest on npm)
  --codex VERSION    version of Codex (likewise)
  --only WORD        the clients whose name holds the word: claude, codex, "codex, shared"
  --write            put the table into docs/real-agents.md`

const DOCUMENT = resolve(import.meta.dirname, "../../../docs/real-agents.md")
const MARKS = ["<!-- table: npm run test:real-agents -- --write -->", "<!-- /table -->"] as const

const many = { type: "string", multiple: true } as const
const { values } = parseArgs({
  options: { claude: many, codex: many, only: { type: "string" }, write: { type: "boolean" }, help: { type: "boolean", short: "h" } },
})
if (values.help === true) console.log(USAGE)
else await runAll()

async function runAll(): Promise<void> {
  const reports: ClientReport[] = []
  const runs: readonly (readonly [Client, ClientPackage, readonly string[] | undefined])[] = [
    [CLAUDE, CLAUDE_CODE, values.claude],
    [CODEX_ALONE, CODEX, values.codex],
    [CODEX_SHARED, CODEX, values.codex],
  ]
  for (const [client, from, versions] of runs) {
    if (values.only !== undefined && !client.name.includes(values.only)) continue
    for (const version of versions ?? [await newestVersion(from)]) {
      try {
        reports.push(await runClient(client, from, version, (line) => console.log(line)))
      } catch (error) {
        if (!(error instanceof InstallError)) throw error
        console.error(error.message)
        process.exitCode = 1
      }
    }
  }
  const table = reportTable(reports)
  const { ok, unsure, different, unsupported } = reportSum(reports)
  console.log(`\n${table}\n\n${ok} as it is, ${unsure} unknown and said so, ${different} different, ${unsupported} not tried`)
  if (different > 0 || ok === 0) process.exitCode = 1
  if (values.write === true) write(table)
}

/** Replaces what stands between the marks. */
function write(table: string): void {
  const text = readFileSync(DOCUMENT, "utf8")
  const [from, to] = [text.indexOf(MARKS[0]), text.indexOf(MARKS[1])]
  if (from < 0 || to < from) throw new Error(`${DOCUMENT} has no place for the table: it needs ${MARKS.join(" and ")}`)
  const date = new Date().toISOString().slice(0, 10)
  writeFileSync(DOCUMENT, `${text.slice(0, from + MARKS[0].length)}\n\nRun on ${date}.\n\n${table}\n\n${text.slice(to)}`)
}
