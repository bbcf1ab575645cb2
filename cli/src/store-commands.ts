// The commands about what the daemon keeps.

import type { Command } from "commander"
import type { CommandContext, CommonOptions } from "./command-context.ts"
import type { PurgeOptions } from "./commands/store.ts"

const STORE_EXAMPLES = `
Examples:
  vibecraft store
  vibecraft store backup ~/vibecraft-2026-11.db
  vibecraft store purge --older-than 90d          shows what would be removed
  vibecraft store purge --project ~/secret --yes

It holds numbers, names and titles, no prompts and no outputs. What changes it is asked over the daemon's unix socket, not over --url.
`

const JSON_HELP = "print the answer as protobuf JSON"

export function addStoreCommands(root: Command, contextOf: (command: Command) => Promise<CommandContext>): void {
  const store = root
    .command("store")
    .summary("show what is kept, back it up, make it smaller")
    .description("Shows where the daemon keeps what it counted, how large that is, and what it holds.")
    .option("--json", JSON_HELP)
    .addHelpText("after", STORE_EXAMPLES)
    .action(async (options: CommonOptions, command: Command) => {
      const commands = await import("./commands/store.ts")
      await commands.store(await contextOf(command), options)
    })

  store
    .command("compact")
    .summary("give unused room back to the disk")
    .description("Gives the room of what was removed back to the disk.")
    .option("--json", JSON_HELP)
    .action(async (_options: CommonOptions, command: Command) => {
      const commands = await import("./commands/store.ts")
      await commands.compactStore(await contextOf(command), command.optsWithGlobals())
    })

  store
    .command("backup")
    .summary("write a copy to a file")
    .description("Writes a copy of the store to a file that is not there yet and that only you can read.")
    .argument("<file>", "where to write it")
    .option("--json", JSON_HELP)
    .action(async (file: string, _options: CommonOptions, command: Command) => {
      const commands = await import("./commands/store.ts")
      await commands.backUpStore(await contextOf(command), command.optsWithGlobals(), file)
    })

  store
    .command("purge")
    .summary("remove conversations for good")
    .description("Shows the conversations that are meant, and with --yes removes them and all that was counted of them, for good.")
    .option("--older-than <days>", "silent for longer than that: 90d")
    .option("--project <folder>", "ran in this folder or below it")
    .option("--conversation <id>", "the one with this id")
    .option("--yes", "remove them")
    .option("--json", JSON_HELP)
    .action(async (_options: PurgeOptions, command: Command) => {
      const commands = await import("./commands/store.ts")
      await commands.purgeStore(await contextOf(command), command.optsWithGlobals())
    })
}
