// Which options of the agents take a value. Without them "the first word that is no option" cannot be told:
// in `claude --name agents` the word `agents` is a name, not a sub-command.

/** `one`: takes the next word. `maybe`: takes it unless it starts with a dash. `many`: takes all words up to the next dash. */
export type OptionArity = "one" | "maybe" | "many"

export type OptionTable = ReadonlyMap<string, OptionArity>

const table = (entries: Record<OptionArity, string>): OptionTable => {
  const options = new Map<string, OptionArity>()
  for (const arity of ["one", "maybe", "many"] as const) for (const name of entries[arity].split(/\s+/)) options.set(name, arity)
  return options
}

export const CLAUDE_OPTIONS = table({
  one: `--agent --agents --agent-id --agent-name --agent-color --agent-type --team-name --parent-session-id --append-system-prompt
    --append-system-prompt-file --debug-file --effort --fallback-model --input-format --json-schema --max-budget-usd --max-thinking-tokens
    --max-turns --model --name -n --output-format --permission-mode --permission-prompt-tool --plugin-dir --plugin-url --session-id
    --setting-sources --settings --system-prompt --system-prompt-file --teammate-mode --resume-session-at --sdk-url --workload`,
  maybe: `--debug -d --resume -r --from-pr --worktree -w --remote --remote-control --teleport --prefill --tmux`,
  many: `--add-dir --allowedTools --allowed-tools --disallowedTools --disallowed-tools --betas --mcp-config --tools --file --channels`,
})

export const CODEX_OPTIONS = table({
  one: `--config -c --enable --disable --remote --remote-auth-token-env --model -m --local-provider --profile -p --sandbox -s
    --ask-for-approval -a --cd -C --add-dir --color --output-schema --output-last-message -o --listen --base --commit --title`,
  maybe: ``,
  many: `--image -i`,
})
