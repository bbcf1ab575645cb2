// Requests for reports and corrections as they come from anybody, turned into what the model works with.

import type { MessageShape } from "@bufbuild/protobuf"
import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt"
import { Agent } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { ListUsageRequest, NewCorrection as NewCorrectionMessage } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { type TokenCountsSchema, UsageGroup } from "@vibecraft/shared/gen/vibecraft/v1/usage_pb"
import { timeZone, type TimeZone, UnknownTimeZoneError } from "@vibecraft/shared/time-zone"
import type { AgentKind } from "../domain/agent.ts"
import type { NewCorrection } from "../model/correction-desk.ts"
import { type SomeTokens, TOKEN_CLASSES } from "../model/corrections.ts"
import { TIME_GROUPS, type UsageQuery } from "../model/usage-report.ts"
import { InvalidArgumentError } from "./errors.ts"
import { parseId } from "./parse-requests.ts"

const MOST_GROUPS = 3
const MOST_PATH_LENGTH = 4096
const MOST_MODEL_LENGTH = 300
const GROUPS: ReadonlySet<number> = new Set(Object.values(UsageGroup).filter((group) => group !== UsageGroup.UNSPECIFIED))
const AGENTS: ReadonlyMap<Agent, AgentKind | undefined> = new Map([
  [Agent.UNSPECIFIED, undefined],
  [Agent.CLAUDE, "claude"],
  [Agent.CODEX, "codex"],
])

/** Throws InvalidArgumentError for groups, a zone, an agent or an id that cannot be meant. */
export function parseUsageQuery(request: ListUsageRequest): UsageQuery {
  const { agent, id, project } = request
  if (!AGENTS.has(agent)) throw new InvalidArgumentError("agent", agent, "AGENT_CLAUDE or AGENT_CODEX")
  if (project.length > MOST_PATH_LENGTH)
    throw new InvalidArgumentError("project", project, `a folder of at most ${MOST_PATH_LENGTH} characters`)
  return {
    groups: parseGroups(request.groupBy),
    sinceMs: parseTime(request.sinceTime) ?? Number.NEGATIVE_INFINITY,
    untilMs: parseTime(request.untilTime) ?? Number.POSITIVE_INFINITY,
    zone: parseZone(request.timeZone),
    agent: AGENTS.get(agent),
    id: id === "" ? undefined : parseId(id),
    project: project === "" ? undefined : project,
  }
}

/** What can be wrong with the amounts, the desk says. Throws InvalidArgumentError for an id or a model that is none. */
export function parseNewCorrection(message: NewCorrectionMessage): NewCorrection {
  const { conversationId, set, add, note, model } = message
  if (model.length > MOST_MODEL_LENGTH) throw new InvalidArgumentError("model", model, `a name of at most ${MOST_MODEL_LENGTH} characters`)
  return {
    conversationId: parseId(conversationId),
    set: parseCounts(set),
    add: parseCounts(add),
    note,
    model: model === "" ? undefined : model,
  }
}

function parseGroups(groups: readonly UsageGroup[]): readonly UsageGroup[] {
  if (groups.length === 0) return [UsageGroup.DAY]
  for (const group of groups) if (!GROUPS.has(group)) throw new InvalidArgumentError("group_by", group, "a group like USAGE_GROUP_DAY")
  const text = groups.join(", ")
  if (groups.length > MOST_GROUPS || new Set(groups).size < groups.length) {
    throw new InvalidArgumentError("group_by", text, `at most ${MOST_GROUPS} different groups`)
  }
  if (groups.filter((group) => TIME_GROUPS.has(group)).length > 1) {
    throw new InvalidArgumentError("group_by", text, "only one of day, week, month and block")
  }
  return groups
}

function parseZone(name: string): TimeZone {
  try {
    return timeZone(name === "" ? "UTC" : name)
  } catch (error) {
    if (!(error instanceof UnknownTimeZoneError)) throw error
    throw new InvalidArgumentError("time_zone", name, "an IANA name like Europe/Berlin")
  }
}

function parseTime(time: Timestamp | undefined): number | undefined {
  return time === undefined ? undefined : timestampMs(time)
}

function parseCounts(counts: MessageShape<typeof TokenCountsSchema> | undefined): SomeTokens {
  if (counts === undefined) return {}
  return Object.fromEntries(
    TOKEN_CLASSES.flatMap((name) => {
      const count = counts[name]
      return count === undefined ? [] : [[name, Number(count)]]
    }),
  )
}
