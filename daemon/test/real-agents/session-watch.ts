// Listens to WatchSessions and keeps everything heard with the time it came, so that a check can ask when something was first said.

import type { Client } from "@connectrpc/connect"
import { Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import type { SessionService } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { roleWord, statusWord } from "@vibecraft/shared/status-words"
import { DaemonDiffers } from "./check-log.ts"

/** A session as it was said to be, and when that was heard. */
export interface Heard {
  readonly atMs: number
  readonly session: Session
}

export interface SessionWatch {
  /** Every session there is now. */
  current(): Session[]
  /** When a condition was first heard to hold after `sinceMs`, or `sinceMs` itself where it held then. Throws DaemonDiffers. */
  until(what: string, holds: (session: Session) => boolean, sinceMs?: number): Promise<Heard>
  close(): Promise<void>
}

/** A daemon that has not said it after this long will not. */
const CEILING_MS = 20_000

export function createSessionWatch(client: Client<typeof SessionService>): SessionWatch {
  const abort = new AbortController()
  const heard: Heard[] = []
  const waiting = new Set<() => void>()
  const latest = new Map<string, Session>()

  const note = (sessions: readonly Session[]): void => {
    const atMs = Date.now()
    for (const session of sessions) {
      heard.push({ atMs, session })
      latest.set(session.id, session)
    }
    for (const wake of waiting) wake()
  }
  const listening = (async () => {
    try {
      for await (const { event } of client.watchSessions({ scope: Scope.ALL, minIntervalMs: 0 }, { signal: abort.signal })) {
        if (event.case === "snapshot" || event.case === "discovered" || event.case === "updated") note(event.value.sessions)
        if (event.case === "ended") for (const id of event.value.sessionIds) latest.delete(id)
      }
    } catch {
      // Ended with the daemon, or by `close`.
    }
  })()

  const find = (holds: (session: Session) => boolean, sinceMs: number): Heard | undefined => {
    const before = new Map<string, Heard>()
    for (const one of heard) {
      if (one.atMs <= sinceMs) before.set(one.session.id, one)
    }
    const held = [...before.values()].find(({ session }) => holds(session))
    if (held !== undefined) return { atMs: sinceMs, session: held.session }
    return heard.find(({ atMs, session }) => atMs > sinceMs && holds(session))
  }
  return {
    current: () => [...latest.values()],
    async until(what, holds, sinceMs = Date.now()) {
      const deadlineMs = Date.now() + CEILING_MS
      for (;;) {
        const found = find(holds, sinceMs)
        if (found !== undefined) return found
        const leftMs = deadlineMs - Date.now()
        if (leftMs <= 0) throw new DaemonDiffers(`never ${what}; said is ${[...latest.values()].map(brief).join("; ") || "nothing"}`)
        const woken = Promise.withResolvers<void>()
        const timer = setTimeout(woken.resolve, leftMs)
        waiting.add(woken.resolve)
        await woken.promise
        clearTimeout(timer)
        waiting.delete(woken.resolve)
      }
    },
    async close() {
      abort.abort()
      await listening
    },
  }
}

/** A session in a few words, for a line that says what was found. */
export function brief({ pid, role, status, statusReason, conversationId }: Session): string {
  const process = pid === undefined ? "no process" : `pid ${pid}`
  const conversation = conversationId === undefined ? "no conversation" : conversationId.slice(0, 8)
  return `${process} ${roleWord(role)} ${statusWord(status).word} (${statusReason}) ${conversation}`
}
