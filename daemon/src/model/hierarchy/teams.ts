// Agent teams as transcripts tell of them: whose lines name a team and a name there is a member, whose name a team alone leads it.

import type { ConversationSeen } from "../../domain/facts.ts"

type TeamMember = { readonly [K in "teamName" | "memberName"]?: ConversationSeen[K] | undefined }

export class Teams {
  /** For each team its conversations, with whether they are members. */
  readonly #teams = new Map<string, Map<string, boolean>>()

  see(conversationId: string, { teamName, memberName }: TeamMember): void {
    if (teamName === undefined) return
    let team = this.#teams.get(teamName)
    if (team === undefined) this.#teams.set(teamName, (team = new Map()))
    team.set(conversationId, memberName !== undefined && memberName !== "team-lead")
  }

  forget(conversationId: string): void {
    for (const team of this.#teams.values()) team.delete(conversationId)
  }

  /** The conversation that leads a member's team; undefined for one that is no member, and where nobody is known to lead. */
  leadOf(conversationId: string, teamName: string | undefined): string | undefined {
    const team = teamName === undefined ? undefined : this.#teams.get(teamName)
    if (teamName === undefined || team?.get(conversationId) !== true) return undefined
    const leads = [...team].filter(([, isMember]) => !isMember).map(([id]) => id)
    // A session's own team is called after it.
    return leads.find((id) => teamName === `session-${id.slice(0, 8)}`) ?? leads.sort()[0]
  }
}
