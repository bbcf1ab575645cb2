// Sessions and metrics as a busy machine has them, hostile ones among them.

import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import { Agent, Role } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { SourceHealth } from "@vibecraft/shared/gen/vibecraft/v1/daemon_service_pb"
import { Baseline, Certainty, Clock } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import type { CannedWorld } from "./canned-daemon.ts"

export const ESC = "\x1b"
/** What a program may put in a title to harm who looks at it. */
export const HOSTILE = `${ESC}]0;owned\x07${ESC}[2Jevil\r\nforged line\u202egnp.exe\x9b31m`

const host = { id: "h1", name: "box" }
const ago = (ms: number) => timestampFromMs(Date.now() - ms)
const MINUTE = 60_000

export function busyWorld(): Pick<CannedWorld, "sessions" | "old" | "metrics" | "status"> {
  return {
    sessions: [
      {
        id: "s-wait",
        host,
        agent: Agent.CLAUDE,
        command: "claude",
        role: Role.INTERACTIVE,
        name: "fix login",
        conversationId: "c-wait",
        cwd: "/home/me/shop",
        model: "claude-opus-4-5-20251101",
        pid: 4242,
        status: Status.WAITING,
        statusReason: "permission prompt",
        statusSinceTime: ago(3 * MINUTE + 5000),
        currentTool: { name: "Bash", target: "npm test", startedTime: ago(3 * MINUTE), running: 1 },
        contextUsedRatio: 0.41,
        slow: true,
        pane: { socket: "/tmp/tmux-0/default", serverPid: 7, paneId: "%3", sessionName: "main", windowIndex: 2, paneIndex: 1 },
        startedTime: ago(65 * MINUTE),
        lastActivityTime: ago(3 * MINUTE + 5000),
      },
      {
        id: "s-work",
        host,
        agent: Agent.CODEX,
        command: "codex exec",
        role: Role.HEADLESS,
        name: "日本語の名前",
        conversationId: "c-work",
        cwd: "/home/me/api",
        model: "gpt-5-codex",
        pid: 4243,
        status: Status.WORKING,
        statusReason: "thinking",
        statusSinceTime: ago(12_500),
        startedTime: ago(MINUTE),
        lastActivityTime: ago(1000),
      },
      { id: "s-evil", host, agent: Agent.CLAUDE, name: HOSTILE, status: Status.IDLE, cwd: `/tmp/${HOSTILE}`, statusReason: HOSTILE },
    ],
    old: [{ id: "s-old", host, agent: Agent.CLAUDE, name: "last week", conversationId: "c-old", status: Status.ENDED }],
    metrics: [
      {
        sessionId: "s-wait",
        conversationId: "c-wait",
        agent: Agent.CLAUDE,
        host,
        tokens: {
          input: 1200n,
          output: 45_000n,
          reasoning: 3000n,
          cacheRead: 70_000n,
          cacheWrite5m: 5000n,
          cacheWrite1h: 2000n,
          total: 123_200n,
        },
        cost: { nanosUsd: 1_200_000_000n, certainty: Certainty.UNPRICED, unpricedModels: ["my-model"] },
        latency: [
          { clock: Clock.TOOL, count: 34n, meanMs: 410.5, p50Ms: 120n, p95Ms: 1234n, p99Ms: 4000n, maxMs: 4000n, estimatedCount: 17n },
        ],
        slow: [
          {
            clock: Clock.TOOL,
            tool: HOSTILE,
            p95Ms: 9200n,
            count: 12n,
            baseline: Baseline.PEERS,
            baselineP95Ms: 2000n,
            baselineCount: 120n,
          },
        ],
        open: [{ clock: Clock.TOOL, tool: "Bash", startedTime: ago(3 * MINUTE) }],
        activeMs: 1_800_000n,
        errorRate: 0.05,
        toolCounts: { Bash: 30, Edit: 10 },
        durationMs: 3_900_000n,
        requests: 34n,
        judgedCalls: 40n,
        failedCalls: 2n,
        apiErrors: 2n,
        models: ["claude-opus-4-5-20251101", "my-model"],
        tools: [
          { name: "Bash", calls: 30, failures: 2 },
          { name: "Edit", calls: 10, failures: 0 },
        ],
        subagents: 2,
      },
      {
        sessionId: "s-work",
        conversationId: "c-work",
        agent: Agent.CODEX,
        host,
        tokens: {},
        cost: { nanosUsd: 0n, certainty: Certainty.PRICED },
      },
    ],
    status: {
      version: "0.1.0",
      host,
      pid: 99,
      uptimeMs: 3_900_000n,
      url: "http://127.0.0.1:4003",
      socket: "/run/user/0/vibecraft/sock",
      stateDir: "/home/me/.local/state/vibecraft",
      firstRead: { done: true, files: 12, bytesRead: 5n, bytesTotal: 5n },
      sources: [
        { kind: "processes", health: SourceHealth.OK },
        { kind: "tmux", name: "/tmp/tmux-0/default", health: SourceHealth.FAILED, detail: "does not answer" },
      ],
      problems: [
        {
          kind: "not-json",
          subject: `/home/me/${HOSTILE}`,
          detail: "a line is no JSON object; it was passed over",
          count: 3n,
          lastTime: ago(MINUTE),
        },
      ],
      counters: {
        files: 12n,
        bytesRead: 1_200_000n,
        lines: 3456n,
        badLines: 3n,
        requests: 34n,
        toolCalls: 40n,
        scans: 9n,
        failedScans: 1n,
        watchers: 1,
      },
      rssBytes: 108_000_000n,
      eventLoopDelayP99Ms: 1.25,
    },
  }
}
