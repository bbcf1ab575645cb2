// JSON for states: whole numbers beyond 2^53 survive it, and the user's own words do not get in.

/** Members that hold what a tool works on, what an agent was asked to do or what it said: text of the user's, which stays in the agents' files. */
const NOT_KEPT: ReadonlySet<string> = new Set(["target", "description", "prompt", "example"])

/** What a reader said of a conversation it may say again: names belong to the conversation, and go when that goes. */
export const NAMES: ReadonlySet<string> = new Set(["title", "ownName", "cwd", "gitBranch"])

/** `without` names more members that are left out. */
export function toJson(value: unknown, without?: ReadonlySet<string>): string {
  return JSON.stringify(value, (key, member: unknown) => {
    if (NOT_KEPT.has(key) || without?.has(key) === true) return undefined
    return typeof member === "bigint" ? { $bigint: String(member) } : member
  })
}

/** Throws SyntaxError for what is no JSON. */
export function fromJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  return text.includes('{"$bigint":"') ? revived(value) : value
}

/** Puts large numbers back, in place. A reviver of the parser's would be asked for each of thousands of small ones too. */
function revived(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value
  if ("$bigint" in value) return BigInt(String(value.$bigint))
  if (Array.isArray(value) && typeof value[0] === "number") return value
  const members = value as Record<string, unknown>
  for (const [name, member] of Object.entries(members)) if (typeof member === "object") members[name] = revived(member)
  return value
}
