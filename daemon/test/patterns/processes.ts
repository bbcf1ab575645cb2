// Sessions with a process of their own: those another agent's tool started, and teammates.

import type { AgentRole } from "../../src/domain/agent.ts"
import type { AgentSeen } from "../../src/domain/facts.ts"
import { Actor } from "./actor.ts"
import type { Scene } from "./scene.ts"

export interface ProcessOptions {
  readonly role: AgentRole
  /** The session whose tool started it. */
  readonly parent?: ProcessSession
  /** Of a teammate: its team, its name there, and the conversation of the lead. */
  readonly team?: { readonly name: string; readonly memberName: string; readonly lead: string }
}

export class ProcessSession extends Actor {
  readonly who: { readonly conversationId: string }
  readonly file: string
  readonly node: string
  readonly #seen: AgentSeen

  constructor(scene: Scene, { role, parent, team }: ProcessOptions) {
    super(scene, "claude")
    const conversationId = scene.id("claude-conversation-")
    this.node = scene.id("process-")
    this.who = { conversationId }
    this.file = conversationId
    this.#seen = this.#process(role, parent, team?.lead)
    scene.write(`${this.node} process`, this.#seen)
    const member = team === undefined ? {} : { teamName: team.name, memberName: team.memberName }
    scene.write(this.file, {
      kind: "conversation-seen",
      conversationId,
      agent: "claude",
      startedMs: scene.nowMs,
      cwd: "/work/app",
      ...member,
    })
    this.turn()
  }

  exit(): void {
    this.endTurn()
    this.scene.wait(5, 50)
    this.scene.write(`${this.node} process`, { kind: "agent-gone", sessionId: this.node, timeMs: this.scene.nowMs, reason: "exited" })
  }

  /** The same process goes on in a new conversation. */
  clear(): { readonly conversationId: string } {
    const { scene } = this
    const conversationId = scene.id("claude-conversation-")
    scene.write(`${this.node} process`, { ...this.#seen, timeMs: scene.nowMs, ...inConversation(conversationId, scene.nowMs) })
    scene.write(conversationId, { kind: "conversation-seen", conversationId, agent: "claude", startedMs: scene.nowMs, cwd: "/work/app" })
    return { conversationId }
  }

  #process(role: AgentRole, parent: ProcessSession | undefined, lead: string | undefined): AgentSeen {
    const { nowMs } = this.scene
    return {
      kind: "agent-seen",
      sessionId: this.node,
      timeMs: nowMs,
      agent: "claude",
      role,
      pid: 1000 + this.scene.task(),
      startedMs: nowMs,
      command: "claude",
      suspended: false,
      evidence: [],
      ...inConversation(this.who.conversationId, nowMs),
      ...(parent === undefined ? {} : { parentSessionId: parent.node }),
      ...(lead === undefined ? {} : { parentConversationId: lead }),
    }
  }
}

/** A session's second life after its conversation was cleared. */
export class ClearedSession extends Actor {
  readonly who: { readonly conversationId: string }
  readonly file: string
  readonly node: string

  constructor(session: ProcessSession) {
    super(session.scene, "claude")
    this.who = session.clear()
    this.file = this.who.conversationId
    this.node = session.node
  }
}

function inConversation(conversationId: string, timeMs: number): Pick<AgentSeen, "registry" | "conversationHints"> {
  const evidence = { field: "conversation_id", source: "registry", detail: "sessions/1.json", confidence: "confirmed", timeMs } as const
  return {
    registry: { conversationId, status: "busy" },
    conversationHints: [{ conversationId, trust: "authoritative", evidence }],
  }
}
