// The command line: which commands there are, and what becomes of their errors. Each command's code is loaded when it is asked for.

import { Command, CommanderError } from "commander"
import { CommandError, UsageError } from "./command-error.ts"
import type { AuditOptions } from "./commands/audit.ts"
import type { CommonOptions } from "./command-context.ts"
import type { LatencyOptions } from "./commands/latency.ts"
import type { MetricsOptions } from "./commands/metrics.ts"
import { ExitCode } from "./exit-code.ts"
import { addReportCommands } from "./report-commands.ts"
import { addStoreCommands } from "./store-commands.ts"
import { addFindingCommands } from "./finding-commands.ts"
import { createTerminal, type Program, type Terminal } from "./terminal.ts"
import { ownVersion } from "./version.ts"

const CONNECTION_HELP = `
The daemon is looked for at its unix socket ($XDG_RUNTIME_DIR/vibecraft/sock, else the state folder's, or VIBECRAFT_SOCKET),
then at http://127.0.0.1:4003 (or VIBECRAFT_PORT).

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no daemon answers.`

const EXAMPLES = `
Examples:
  vibecraft ls                    which sessions there are, those that wait for you first
  vibecraft ls --watch            the same, kept up to date
  vibecraft metrics               tokens, cost and latency of each conversation
  vibecraft metrics "fix login"   one session at length
  vibecraft tree                  who started whom, in what pattern, and what each cost
  vibecraft activity -f           what happens, as it happens
  vibecraft usage --by model      tokens and cost of everything, by day unless told
  vibecraft ls --json | jq -r '.sessions[] | select(.status == "STATUS_WAITING") | .name'
`

const LS_EXAMPLES = `
Examples:
  vibecraft ls
  vibecraft ls --all
  vibecraft ls --watch
  vibecraft ls --json --watch | jq -c '.discovered.sessions[]?.name'
`

const METRICS_EXAMPLES = `
Examples:
  vibecraft metrics
  vibecraft metrics "fix login" --watch
  vibecraft metrics --by tool --window 5m,1h      which tool is slow, now and in the last hour
  vibecraft metrics --by session --clock model    whose model is slow
  vibecraft metrics --all --json | jq '[.metrics[].cost.nanosUsd | tonumber] | add / 1e9'
`

const TREE_EXAMPLES = `
Examples:
  vibecraft tree
  vibecraft tree "fix login" --watch
  vibecraft tree --json | jq -r '.trees[].patterns[] | "\\(.kind) \\(.evidence[0])"'
`

const SCOPE_HELP = "everything known, not only what is live or was active in the last 24 hours"
const JSON_HELP = "print the answer as protobuf JSON"

type MetricsCommandOptions = MetricsOptions & Partial<LatencyOptions>

/** Runs one command line (without node and script) and answers the exit code. */
export async function main(argv: readonly string[], program: Program): Promise<ExitCode> {
  const terminal = createTerminal(program)
  // Whoever reads our output may stop reading: that ends the command, quietly.
  program.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? ExitCode.OK : ExitCode.FAILED))
  try {
    await createCommand(terminal).parseAsync([...argv], { from: "user" })
    return ExitCode.OK
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.OK : ExitCode.USAGE
    if (!(error instanceof CommandError)) throw error
    terminal.note(error.message)
    return error.exitCode
  }
}

function createCommand(terminal: Terminal): Command {
  const root = new Command("vibecraft")
    .description("Lists coding agents at work: what they do, what they wait for, what they cost.")
    .version(ownVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .option("--socket <path>", "the daemon's unix socket")
    .option("--url <url>", "the daemon's address, for example http://127.0.0.1:4003")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void terminal.program.stdout.write(text),
      writeErr: (text) => void terminal.program.stderr.write(text),
    })
    .addHelpText("after", EXAMPLES + CONNECTION_HELP)
    .exitOverride()

  root
    .command("ls")
    .summary("list sessions")
    .description("Lists sessions, those that wait for a person first, then live ones, then those that are offline.")
    .option("-a, --all", SCOPE_HELP)
    .option("-w, --watch", "follow changes until Ctrl-C")
    .option("--json", `${JSON_HELP}; with --watch one message a line`)
    .addHelpText("after", LS_EXAMPLES)
    .action(async (options: CommonOptions, command: Command) => {
      const { ls } = await import("./commands/ls.ts")
      await ls(await contextOf(command, terminal), options)
    })

  root
    .command("metrics")
    .summary("show tokens, cost, latency and errors")
    .description("Shows what conversations used, cost and took, their subagents included.")
    .argument("[session]", "one session at length: its id or the start of it, its name, or a conversation's id")
    .option("-a, --all", SCOPE_HELP)
    .option("-w, --watch", "follow changes until Ctrl-C")
    .option("--json", `${JSON_HELP}; with --watch one message a line`)
    .option("-b, --by <group>", "how long things took, by session, subagent, tool, model, project or host")
    .option("--window <windows>", "with --by: 5m, 1h, 24h or session, which is all; several with commas between")
    .option("--clock <clocks>", "with --by: tool, model, permission, turn or idle alone; several with commas between")
    .addHelpText("after", METRICS_EXAMPLES)
    .action(async (session: string | undefined, options: MetricsCommandOptions, command: Command) => {
      const { by, watch, window, clock } = options
      if (by === undefined) {
        if (window !== undefined || clock !== undefined) throw new UsageError("--window and --clock go with --by, for example --by tool")
        const { metrics } = await import("./commands/metrics.ts")
        return metrics(await contextOf(command, terminal), options, session)
      }
      if (watch === true) throw new UsageError("--by is asked once; leave --watch out")
      const { latency } = await import("./commands/latency.ts")
      return latency(await contextOf(command, terminal), { ...options, by }, session)
    })

  root
    .command("tree")
    .summary("show who started whom, and in what pattern they work")
    .description(
      "Draws sessions with the subagents, threads and sessions that they started: what each does, what it and all below it cost, and how they work together.",
    )
    .argument("[session]", "the tree that one session is in: its id or the start of it, its name, or a conversation's id")
    .option("-a, --all", SCOPE_HELP)
    .option("-w, --watch", "follow changes until Ctrl-C")
    .option("--json", `${JSON_HELP}; with --watch one message a line`)
    .addHelpText("after", TREE_EXAMPLES)
    .action(async (session: string | undefined, options: CommonOptions, command: Command) => {
      const { tree } = await import("./commands/tree.ts")
      await tree(await contextOf(command, terminal), options, session)
    })

  root
    .command("audit")
    .summary("hold what is counted against what the agents count")
    .description(
      "Holds what is counted against the agents' own figures, and ccusage's where it is installed, and explains each difference.",
    )
    .argument("[session]", "one session: its id or the start of it, its name, or a conversation's id")
    .option("-a, --all", "show the conversations too whose figures are equal")
    .option("--no-ccusage", "do not run ccusage")
    .option("--json", JSON_HELP)
    .action(async (session: string | undefined, options: AuditOptions, command: Command) => {
      const { audit } = await import("./commands/audit.ts")
      await audit(await contextOf(command, terminal), options, session)
    })

  root
    .command("discover")
    .summary("scan now and show what was found")
    .description("Scans processes and tmux now, and shows which live sessions were not known before and which were.")
    .option("--json", JSON_HELP)
    .action(async (options: CommonOptions, command: Command) => {
      const { discover } = await import("./commands/discover.ts")
      await discover(await contextOf(command, terminal), options)
    })

  root
    .command("status")
    .summary("show how the daemon is")
    .description("Shows the daemon's version, where it listens, what it can and cannot see, and what went wrong.")
    .option("--json", JSON_HELP)
    .action(async (options: CommonOptions, command: Command) => {
      const { status } = await import("./commands/status.ts")
      await status(await contextOf(command, terminal), options)
    })

  addReportCommands(root, (command) => contextOf(command, terminal))
  addStoreCommands(root, (command) => contextOf(command, terminal))
  addFindingCommands(root, (command) => contextOf(command, terminal))

  return root
}

async function contextOf(command: Command, terminal: Terminal) {
  const { createContext } = await import("./command-context.ts")
  return createContext(command.optsWithGlobals<CommonOptions>(), terminal)
}
