// DaemonService: how the daemon itself is.

import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt"
import type { ServiceImpl } from "@connectrpc/connect"
import { CheckState, type DaemonService, SourceHealth } from "@vibecraft/shared/gen/vibecraft/v1/daemon_service_pb"
import { compareText } from "../model/compare-text.ts"
import type { Diagnostics, SourceHealth as HealthWord } from "../model/diagnostics.ts"
import type { PriceBook } from "../model/prices/price-book.ts"
import type { CheckWord } from "../model/self-check.ts"
import type { PublishedWorld } from "../model/published-world.ts"
import { InvalidArgumentError } from "./errors.ts"
import { pricingMessage } from "./pricing-message.ts"
import type { Subscribers } from "./subscribers.ts"

/** What the daemon knows of itself from the start. */
export interface DaemonFacts {
  readonly version: string
  /** Unix milliseconds. */
  readonly startedMs: number
  readonly stateDir: string
  /** VIBECRAFT_SCOPE; empty when it sees all of the user's agents. */
  readonly scope: string
  readonly host: { readonly id: string; readonly name: string }
  /** What models cost, and the file with the user's own prices, whether it exists or not. */
  readonly pricing: { readonly prices: Pick<PriceBook, "explain" | "models">; readonly configPath: string }
  /** Model requests and tool calls counted so far. */
  counted(): { readonly requests: number; readonly toolCalls: number }
}

export interface DaemonServiceOptions {
  readonly daemon: DaemonFacts
  readonly world: PublishedWorld
  readonly diagnostics: Diagnostics
  readonly subscribers: Subscribers
  /** Where it listens; asked for with each answer, since a free port is known only then. */
  address(): { readonly url: string; readonly socketPath: string }
  /** 99th percentile of the event loop's delay in the last minute, milliseconds. */
  eventLoopDelayP99Ms(): number
}

const MOST_MODEL_LENGTH = 300

const HEALTH: Readonly<Record<HealthWord, SourceHealth>> = {
  ok: SourceHealth.OK,
  absent: SourceHealth.ABSENT,
  degraded: SourceHealth.DEGRADED,
  failed: SourceHealth.FAILED,
}

const CHECK: Readonly<Record<CheckWord, CheckState>> = {
  ok: CheckState.OK,
  warning: CheckState.WARNING,
  failed: CheckState.FAILED,
  skipped: CheckState.SKIPPED,
}

/** Serves the daemon's own state. */
export function createDaemonService(options: DaemonServiceOptions): ServiceImpl<typeof DaemonService> {
  const { daemon, world, diagnostics } = options
  return {
    getPricing({ model, time }) {
      const { prices, configPath } = daemon.pricing
      const timeMs = time === undefined ? Date.now() : timestampMs(time)
      if (model.length > MOST_MODEL_LENGTH)
        throw new InvalidArgumentError("model", model, `a name of at most ${MOST_MODEL_LENGTH} characters`)
      const asked = model.trim() === "" ? prices.models() : [model]
      const models = asked.map((name) => pricingMessage(prices.explain(name, timeMs)))
      return { models: models.sort((a, b) => compareText(a.vendor, b.vendor) || compareText(a.requested, b.requested)), configPath }
    },
    getStatus() {
      const { url, socketPath } = options.address()
      const { requests, toolCalls } = daemon.counted()
      const { counters } = diagnostics
      return {
        version: daemon.version,
        host: daemon.host,
        pid: process.pid,
        startedTime: timestampFromMs(daemon.startedMs),
        uptimeMs: whole(Date.now() - daemon.startedMs),
        url,
        socket: socketPath,
        stateDir: daemon.stateDir,
        scope: daemon.scope,
        firstRead: world.firstRead(),
        sources: diagnostics.sources().map(({ kind, name, health, detail, seenMs }) => ({
          kind,
          name,
          health: HEALTH[health],
          detail,
          ...(seenMs === undefined ? {} : { seenTime: timestampFromMs(seenMs) }),
        })),
        problems: diagnostics.problems().map(({ kind, subject, detail, count, firstMs, lastMs }) => ({
          kind,
          subject,
          detail,
          count: whole(count),
          firstTime: timestampFromMs(firstMs),
          lastTime: timestampFromMs(lastMs),
        })),
        counters: {
          files: whole(counters.files),
          bytesRead: whole(counters.bytesRead),
          lines: whole(counters.lines),
          badLines: whole(counters.badLines),
          hugeLines: whole(counters.hugeLines),
          unknownLines: whole(counters.unknownLines),
          requests: whole(requests),
          toolCalls: whole(toolCalls),
          scans: whole(counters.scans),
          failedScans: whole(counters.failedScans),
          watchers: options.subscribers.count(),
          hints: whole(counters.hints),
          missedHints: whole(counters.missedHints),
        },
        eventLoopDelayP99Ms: options.eventLoopDelayP99Ms(),
        rssBytes: whole(residentBytes()),
        checks: diagnostics.checks().map(({ name, state, detail, advice }) => ({ name, state: CHECK[state], detail, advice })),
      }
    },
  }
}

/** 0 where the process table cannot be read, which is when people ask what is wrong. */
function residentBytes(): number {
  try {
    return process.memoryUsage.rss()
  } catch {
    return 0
  }
}

function whole(value: number): bigint {
  return BigInt(Math.max(0, Math.trunc(value)))
}
