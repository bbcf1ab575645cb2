/**
 * What the page knows of the world: the two replicas as signals. Messages are applied at once and told once per flush,
 * so that a burst costs one render.
 */
import { type ReadonlySignal, computed, signal } from "@preact/signals"
import type { FirstRead } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import type { Metrics } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { WatchMetricsResponse } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { type Session, Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import type { WatchSessionsResponse } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { MetricsReplica } from "@vibecraft/shared/metrics-replica"
import { SessionReplica } from "@vibecraft/shared/session-replica"

/** One flush: which sessions changed or left, and which were announced as new (not part of a snapshot). */
export interface FleetChange {
  readonly changed: ReadonlySet<string>
  readonly discovered: ReadonlySet<string>
}

/** The replicas and what is read off them. */
export interface Fleet {
  /** In needs-you order. */
  readonly sessions: ReadonlySignal<readonly Session[]>
  readonly waiting: ReadonlySignal<number>
  /** False until the first snapshot. */
  readonly loaded: ReadonlySignal<boolean>
  readonly firstRead: ReadonlySignal<FirstRead | undefined>
  readonly daemonVersion: ReadonlySignal<string>
  session(id: string): Session | undefined
  /** The rows of a session: its present conversation first. Reading it subscribes to changes of metrics. */
  metricsOf(session: Session): readonly Metrics[]
  /** All rows. Reading it subscribes to changes of metrics. */
  metrics(): readonly Metrics[]
  applySessions(message: WatchSessionsResponse): void
  applyMetrics(message: WatchMetricsResponse): void
  /** Calls back after each flush; answers how to stop. */
  onChange(listener: (change: FleetChange) => void): () => void
}

/** An empty fleet. `defer` runs a flush soon, once. */
export function createFleet(defer: (flush: () => void) => void): Fleet {
  const sessionReplica = new SessionReplica()
  const metricsReplica = new MetricsReplica()
  const sessions = signal<readonly Session[]>([])
  const loaded = signal(false)
  const firstRead = signal<FirstRead | undefined>(undefined)
  const daemonVersion = signal("")
  const metricsVersion = signal(0)
  const listeners = new Set<(change: FleetChange) => void>()

  let changed = new Set<string>()
  let discovered = new Set<string>()
  let metricsChanged = false
  let pending = false

  function flush(): void {
    pending = false
    const change = { changed, discovered }
    changed = new Set()
    discovered = new Set()
    sessions.value = sessionReplica.sessions()
    firstRead.value = latest(sessionReplica.firstRead, metricsReplica.firstRead)
    daemonVersion.value = sessionReplica.daemonVersion
    if (metricsChanged) metricsVersion.value++
    metricsChanged = false
    if (change.changed.size > 0) for (const listener of listeners) listener(change)
  }

  function plan(): void {
    if (pending) return
    pending = true
    defer(flush)
  }

  return {
    sessions,
    waiting: computed(() => sessions.value.filter((session) => session.status === Status.WAITING).length),
    loaded,
    firstRead,
    daemonVersion,
    session: (id) => sessionReplica.get(id),
    metricsOf(session) {
      void metricsVersion.value
      const rows = metricsReplica.ofSession(session.id)
      const current = session.conversationId === undefined ? undefined : metricsReplica.ofConversation(session.conversationId)
      return current ? [current, ...rows.filter((row) => row !== current)] : rows
    },
    metrics() {
      void metricsVersion.value
      return metricsReplica.rows()
    },
    applySessions(message) {
      const { event } = message
      for (const id of sessionReplica.apply(message)) changed.add(id)
      if (event.case === "snapshot") loaded.value = true
      if (event.case === "discovered") for (const session of event.value.sessions) discovered.add(session.id)
      plan()
    },
    applyMetrics(message) {
      const change = metricsReplica.apply(message)
      if (change.conversationIds.size > 0) metricsChanged = true
      plan()
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** Both streams tell of the first read; the one further on is right. */
function latest(a: FirstRead | undefined, b: FirstRead | undefined): FirstRead | undefined {
  if (!a || !b) return a ?? b
  if (a.done !== b.done) return a.done ? a : b
  return a.bytesRead >= b.bytesRead ? a : b
}
