// The commands that account: usage, prices, correct.

import type { Command } from "commander"
import type { CommandContext, CommonOptions } from "./command-context.ts"
import type { CorrectOptions } from "./commands/correct.ts"
import type { PricesImportOptions } from "./commands/prices-import.ts"
import type { UsageOptions } from "./commands/usage.ts"

const USAGE_EXAMPLES = `
Examples:
  vibecraft usage                              by day, in your time zone
  vibecraft usage --by model --since 7d
  vibecraft usage --by day,model --since 2026-11-01 --until 2026-11-15
  vibecraft usage --by block --agent claude    five-hour blocks, and how the running one will end
  vibecraft usage --by project --csv > usage.csv
`

const PRICES_EXAMPLES = `
Examples:
  vibecraft prices
  vibecraft prices us.anthropic.claude-sonnet-4-5-20250929-v1:0
  vibecraft prices import model_prices_and_context_window.json --yes
`

const CORRECT_EXAMPLES = `
Examples:
  vibecraft correct "fix login" --set output=12000 --note "as the invoice says"
  vibecraft correct CONVERSATION --add input=1.5k --add output=-200 --note "one call was lost"
  vibecraft correct --list
  vibecraft correct --undo 3

Classes of tokens: input, output, reasoning, cache-read, cache-write, cache-write-1h. What was measured stays as it is;
a correction is shown beside it. It is made over the daemon's unix socket, not over --url.
`

const JSON_HELP = "print the answer as protobuf JSON"

export function addReportCommands(root: Command, contextOf: (command: Command) => Promise<CommandContext>): void {
  root
    .command("usage")
    .summary("report tokens and cost")
    .description(
      "Reports tokens and cost of everything known, by day, week, month, model, project, session, conversation, agent, subagent or block.",
    )
    .option("-b, --by <groups>", "what a line stands for; two or three with commas between", "day")
    .option("--since <when>", "first day or moment: 2026-11-20, today, yesterday, 7d, 12h")
    .option("--until <when>", "last day or moment; a day is included")
    .option("--zone <name>", "time zone, for example Europe/Berlin; yours unless told")
    .option("--agent <agent>", "claude or codex alone")
    .option("--project <folder>", "what ran in this folder or below it")
    .option("--session <session>", "one session: its id or the start of it, its name, or a conversation's id")
    .option("--json", JSON_HELP)
    .option("--csv", "print a table for spreadsheets")
    .addHelpText("after", USAGE_EXAMPLES)
    .action(async (options: UsageOptions, command: Command) => {
      const { usage } = await import("./commands/usage.ts")
      await usage(await contextOf(command), options)
    })

  const prices = root
    .command("prices")
    .summary("show what models cost and why")
    .description("Shows what is charged for every model, or for one and why.")
    .argument("[model]", "a model's name as an agent reports it")
    .option("--json", JSON_HELP)
    .addHelpText("after", PRICES_EXAMPLES)
    .action(async (model: string | undefined, options: CommonOptions, command: Command) => {
      const { prices: show } = await import("./commands/prices.ts")
      await show(await contextOf(command), options, model)
    })

  prices
    .command("import")
    .summary("take over a price list")
    .description("Takes prices from a list in LiteLLM's form into the configuration. Shows what would change; writes with --yes alone.")
    .argument("<file>", "the list, a JSON file")
    .option("--only <models>", "these models alone, commas between; any model of the list, whoever sells it")
    .option("--from <day>", "first day (UTC) of the prices; today for models that have a price now, always for new ones, unless told")
    .option("--config <file>", "the configuration file; the daemon's unless told")
    .option("-y, --yes", "write")
    .action(async (file: string, options: PricesImportOptions, command: Command) => {
      const { pricesImport } = await import("./commands/prices-import.ts")
      await pricesImport(await contextOf(command), options, file)
    })

  const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]
  root
    .command("correct")
    .summary("correct tokens by hand")
    .description("Corrects what a conversation used, by hand, beside what was measured; lists corrections and takes them back.")
    .argument("[conversation]", "a conversation's id, or a session's name or id")
    .option("--set <class=tokens>", "what it used up to now, by class; may be repeated", collect)
    .option("--add <class=tokens>", "tokens to add by class, or to take away; may be repeated", collect)
    .option("--note <text>", "why")
    .option("--model <model>", "the model that the tokens are priced by; the conversation's last one unless told")
    .option("--list", "list corrections")
    .option("--undo <number>", "take a correction back")
    .option("--json", JSON_HELP)
    .addHelpText("after", CORRECT_EXAMPLES)
    .action(async (conversation: string | undefined, options: CorrectOptions, command: Command) => {
      const { correct } = await import("./commands/correct.ts")
      await correct(await contextOf(command), options, conversation)
    })
}
