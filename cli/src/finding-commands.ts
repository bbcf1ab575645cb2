// The commands that are about how sessions are found and what happens to them: activity, why, seen, doctor.

import type { Command } from "commander"
import type { CommandContext, CommonOptions } from "./command-context.ts"
import { CommandError } from "./command-error.ts"
import { ACTIVITY_KIND_WORDS } from "./activity-kind-words.ts"
import type { ActivityOptions } from "./commands/activity.ts"
import type { SeenOptions } from "./commands/seen.ts"

const JSON_HELP = "print the answer as protobuf JSON"

/** Thrown after a report that speaks for itself: the command failed and there is nothing more to say. */
class ReportedError extends CommandError {
  override readonly name = "ReportedError"
}

const ACTIVITY_EXAMPLES = `
Examples:
  vibecraft activity                           the latest of all sessions
  vibecraft activity -f                        the same, and what happens from now on
  vibecraft activity "fix login" --since 1h
  vibecraft activity -f --kind wait,answer     who waits for you, and who no longer does
  vibecraft activity --json | jq -r '.activities[] | select(.errorClass) | .title'

Kinds: ${ACTIVITY_KIND_WORDS.join(", ")}
`

export function addFindingCommands(root: Command, contextOf: (command: Command) => Promise<CommandContext>): void {
  const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]
  root
    .command("activity")
    .summary("show what happened, and follow what happens")
    .description(
      "Shows prompts, tool calls, waits and answers, stops, errors, subagents and more, one after the other, latest last. What is kept is bounded.",
    )
    .argument("[session]", "one session: its id or the start of it, its name, or a conversation's id")
    .option("-f, --follow", "follow what happens until Ctrl-C")
    .option("-k, --kind <kinds>", "these kinds alone, commas between; may be repeated", collect)
    .option("--since <when>", "from then on: 2026-11-20, today, yesterday, 2d, 12h")
    .option("--prompts", "with the first words of prompts, as far as the daemon has them in memory")
    .option("--json", `${JSON_HELP}; with --follow one message a line`)
    .addHelpText("after", ACTIVITY_EXAMPLES)
    .action(async (session: string | undefined, options: ActivityOptions, command: Command) => {
      const { activity } = await import("./commands/activity.ts")
      await activity(await contextOf(command), options, session)
    })

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
