// The commands that are about how sessions are found: why, seen, doctor.

import type { Command } from "commander"
import type { CommandContext, CommonOptions } from "./command-context.ts"
import { CommandError } from "./command-error.ts"
import type { SeenOptions } from "./commands/seen.ts"

const JSON_HELP = "print the answer as protobuf JSON"

/** Thrown after a report that speaks for itself: the command failed and there is nothing more to say. */
class ReportedError extends CommandError {
  override readonly name = "ReportedError"
}

export function addFindingCommands(root: Command, contextOf: (command: Command) => Promise<CommandContext>): void {
  root
    .command("why")
    .summary("show the evidence for what is shown of a session")
    .description(
      "Shows for each fact of a session where it comes from, how sure it is and for how long it has held; and why the rest is unknown.",
    )
    .argument("<session>", "its id or the start of it, its name, or a conversation's id")
    .option("--json", JSON_HELP)
    .action(async (session: string, options: CommonOptions, command: Command) => {
      const { why } = await import("./commands/why.ts")
      await why(await contextOf(command), options, session)
    })

  root
    .command("seen")
    .summary("mark what sessions did as seen")
    .description("Marks sessions as seen, so that work that is done no longer counts as unread. Goes over the unix socket alone.")
    .argument("[session...]", "their ids or the starts of them, their names, or conversations' ids")
    .option("-a, --all", "every session that is unread")
    .option("--json", `${JSON_HELP}, one a line`)
    .action(async (sessions: string[], options: SeenOptions, command: Command) => {
      const { seen } = await import("./commands/seen.ts")
      await seen(await contextOf(command), options, sessions)
    })

  root
    .command("doctor")
    .summary("check that everything is found and nothing is invented")
    .description(
      "Shows how the daemon's checks of itself came out, the worst first, and what to do about each. Exit code 1 when one failed.",
    )
    .option("--json", JSON_HELP)
    .action(async (options: CommonOptions, command: Command) => {
      const { doctor } = await import("./commands/doctor.ts")
      if (!(await doctor(await contextOf(command), options))) throw new ReportedError("a check failed; see above")
    })
}
