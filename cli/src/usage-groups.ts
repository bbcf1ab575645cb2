// What a report can be grouped by, as the command line calls it.

import { UsageGroup } from "@vibecraft/shared/gen/vibecraft/v1/usage_pb"
import { UsageError } from "./command-error.ts"

const GROUPS = new Map<string, UsageGroup>([
  ["day", UsageGroup.DAY],
  ["week", UsageGroup.WEEK],
  ["month", UsageGroup.MONTH],
  ["model", UsageGroup.MODEL],
  ["project", UsageGroup.PROJECT],
  ["session", UsageGroup.SESSION],
  ["conversation", UsageGroup.CONVERSATION],
  ["agent", UsageGroup.AGENT],
  ["subagent", UsageGroup.SUBAGENT_TYPE],
  ["block", UsageGroup.BLOCK],
])

export const GROUP_NAMES: readonly string[] = [...GROUPS.keys()]

/** "day" or "day,model". Throws UsageError. */
export function parseGroups(text: string): readonly UsageGroup[] {
  return text.split(",").map((name) => {
    const group = GROUPS.get(name.trim())
    if (group === undefined)
      throw new UsageError(`--by ${JSON.stringify(text)}: choose from ${GROUP_NAMES.join(", ")}; two or three with commas between`)
    return group
  })
}
