import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import { Confidence } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { NodeKind, NodeState, PatternKind } from "@vibecraft/shared/gen/vibecraft/v1/hierarchy_pb"
import { Certainty } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { displayWidth } from "@vibecraft/shared/display-width"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { type CannedDaemon, type CannedWorld, startCannedDaemon } from "./canned-daemon.ts"
import { runCli, type Running, startCli } from "./run-cli.ts"
import { busyWorld, ESC, HOSTILE } from "./samples.ts"

type Tree = CannedWorld["trees"][number]
type Node = NonNullable<Tree["nodes"]>[number]

const START = Date.parse("2026-11-01T10:00:00Z")
const UTF8 = { LANG: "C.UTF-8" }

const figures = (nanosUsd: bigint, more: object = {}) => ({
  tokens: { total: nanosUsd / 1000n },
  cost: { nanosUsd, certainty: Certainty.PRICED },
  toolCalls: 12n,
  judgedCalls: 10n,
  ...more,
})

function node(id: string, parentId: string | undefined, state: NodeState, more: Node = {}): Node {
  const cost = BigInt(id.length) * 100_000_000n
  return {
    id,
    kind: parentId === undefined ? NodeKind.SESSION : NodeKind.SUBAGENT,
    ...(parentId === undefined ? {} : { parentId }),
    name: id,
    state,
    startedTime: timestampFromMs(START),
    endedTime: timestampFromMs(START + 75_000),
    engagements: 1,
    own: figures(cost),
    total: figures(cost * 2n),
    ...more,
  } as Node
}

const nested: Tree = {
  rootId: "s-wait",
  nodes: [
    node("s-wait", undefined, NodeState.WAITING, { name: "fix login", model: "claude-opus-4-5-20251101" }),
    node("s-wait/a1", "s-wait", NodeState.RUNNING, { name: "Explore", description: "look at the parser", background: true }),
    node("s-wait/a1b", "s-wait/a1", NodeState.DONE, { name: "tester", description: "run it", engagements: 3 }),
    node("s-wait/a2", "s-wait", NodeState.FAILED, { name: "writer", total: figures(5n, { failedCalls: 4n, apiErrors: 1n }) }),
  ],
  patterns: [
    {
      id: "p1",
      kind: PatternKind.FAN_OUT,
      leaderId: "s-wait",
      memberIds: ["s-wait/a1", "s-wait/a2"],
      confidence: Confidence.CONFIRMED,
      evidence: ["2 agents started in one answer, 2 at once"],
      startedTime: timestampFromMs(START),
      endedTime: timestampFromMs(START + 75_000),
    },
  ],
}

let daemon: CannedDaemon
beforeEach(async () => {
  daemon = await startCannedDaemon({ ...busyWorld(), trees: [nested] })
})
afterEach(() => daemon.close())

const tree = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => runCli(["tree", ...args, "--socket", daemon.socket], env)

describe("tree", () => {
  test("draws who started whom, with state, cost, errors, and the patterns below", async () => {
    const { stdout, code } = await tree([], UTF8)
    expect(code).toBe(0)
    const lines = stdout.split("\n")
    expect(lines[0]).toMatch(/^AGENT +STATE +COST +TOKENS +TIME +ERRORS +ITS OWN +CALLS +MODEL$/)
    expect(lines[1]).toMatch(/^fix login +▲ waiting +\$1\.20 +1\.2M .*\$0\.60 +12 +opus-4-5$/)
    expect(lines[2]).toMatch(/^├─ Explore: look at the parser \(bg\) +● running +\$1\.80/)
    expect(lines[3]).toMatch(/^│ {2}└─ tester: run it \(asked 3 times\) +○ done +\$2\.00 +2\.0M +1m/)
    expect(lines[4]).toMatch(/^└─ writer +× failed .* 4\/10, 1 API/)
    expect(lines[5]).toBe("  ∙ fan-out, took 1m: 2 agents started in one answer, 2 at once")
    expect(stdout).toContain("1 tree, 4 agents: 1 waiting, 1 running, 1 done, 1 failed")
  })

  test.each([80, 120])("fits into %d cells", async (width) => {
    const { stdout } = await tree([], { ...UTF8, COLUMNS: String(width) })
    for (const line of stdout.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(width)
    expect(stdout).toMatch(/AGENT +STATE +COST/)
  })

  test("in a pipe a long name is whole and pads no other line", async () => {
    const usual = await tree([], UTF8)
    const name = "n".repeat(4096)
    daemon.world.trees = [{ ...nested, nodes: [...(nested.nodes ?? []), node("s-wait/a3", "s-wait", NodeState.DONE, { name })] }]
    const { stdout } = await tree([], UTF8)
    const lines = stdout.split("\n")
    expect(lines.find((line) => line.includes(name))).toMatch(/ n{4096} +○ done +\$1\.80/)
    expect(lines.slice(0, 3)).toEqual(usual.stdout.split("\n").slice(0, 3))
  })

  test("draws with ASCII where the terminal shows no more", async () => {
    daemon.world.trees = [{ ...nested, nodes: [...(nested.nodes ?? []), node("s-wait/a3", "s-wait", NodeState.DONE, { name: "日本語" })] }]
    const { stdout } = await tree([], { LANG: "C" })
    expect(stdout).toMatch(/^\|- Explore: look at the parser \(bg\) +\* running/m)
    expect(stdout).toMatch(/^\| {2}`- tester/m)
    // oxlint-disable-next-line no-control-regex
    expect(stdout).toMatch(/^[\x00-\x7f]*$/)
  })

  test("lets nothing through that a terminal might obey", async () => {
    const evil = { name: HOSTILE, description: HOSTILE, team: HOSTILE, model: HOSTILE }
    daemon.world.trees = [
      {
        rootId: "s-evil",
        nodes: [node("s-evil", undefined, NodeState.DONE, evil), node("s-evil/a", "s-evil", NodeState.DONE, evil)],
        patterns: [{ id: "p", kind: PatternKind.TEAM, leaderId: "s-evil/a", evidence: [HOSTILE], startedTime: timestampFromMs(START) }],
      },
    ]
    const { stdout } = await tree([], UTF8)
    expect(stdout).not.toContain(ESC)
    expect(stdout).not.toContain("\u202e")
    expect(stdout).not.toContain("\u009b")
    expect(stdout.split("\n").filter((line) => line.startsWith("forged"))).toEqual([])
  })

  test("folds many that are over into one line, and not for who asks for one session", async () => {
    const many = Array.from({ length: 20 }, (_, index) =>
      node(`s-wait/x${index}`, "s-wait", index === 3 ? NodeState.RUNNING : index === 5 ? NodeState.FAILED : NodeState.DONE),
    )
    daemon.world.trees = [{ ...nested, nodes: [...(nested.nodes?.slice(0, 1) ?? []), ...many] }]
    const { stdout } = await tree([], UTF8)
    expect(stdout).toMatch(/^├─ 13 earlier, 1 failed +\$/m)
    expect(stdout.match(/[├└]─ s-wait\/x/g)).toHaveLength(7)
    expect(stdout).toContain("s-wait/x3 ")
    const { stdout: whole } = await tree(["fix login"], UTF8)
    expect(whole.match(/[├└]─ s-wait\/x/g)).toHaveLength(20)
  })

  test("--json is the answer itself; a session that is not there is an error", async () => {
    const { stdout } = await tree(["fix login", "--json"])
    expect(JSON.parse(stdout)).toMatchObject({ trees: [{ rootId: "s-wait", nodes: [{ name: "fix login" }, {}, {}, {}], patterns: [{}] }] })
    expect(await tree(["nobody"])).toMatchObject({ code: 1, stdout: "" })
  })

  test("says so where there is nothing", async () => {
    daemon.world.trees = []
    expect((await tree([])).stdout).toBe("No sessions are live or were active in the last 24 hours.\n")
  })
})

describe("tree --watch", () => {
  let running: Running
  afterEach(() => void running.child.kill("SIGKILL"))

  test("shows trees as they change, also one that went below another", async () => {
    running = startCli(["tree", "--watch", "--socket", daemon.socket], UTF8)
    await running.until((stdout) => stdout.includes("1 tree, 4 agents"))
    const moved = { ...nested, nodes: [...(nested.nodes ?? []), node("s-work", "s-wait", NodeState.RUNNING, { kind: NodeKind.SESSION })] }
    daemon.tellSessions({
      event: { case: "hierarchy", value: { trees: [{ rootId: "s-work", nodes: [node("s-work", undefined, NodeState.RUNNING)] }] } },
    })
    await running.until((stdout) => stdout.includes("2 trees, 5 agents"))
    daemon.tellSessions({ event: { case: "hierarchy", value: { trees: [moved] } } })
    await running.until((stdout) => stdout.includes("1 tree, 5 agents"))
    expect(running.stderr()).toBe("")
  })

  test("--json prints one message a line", async () => {
    running = startCli(["tree", "--watch", "--json", "--socket", daemon.socket])
    await running.until((stdout) => stdout.trim().split("\n").length === 2)
    const messages = running
      .stdout()
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line))
    expect(messages).toMatchObject([{ snapshot: {} }, { hierarchy: { trees: [{ rootId: "s-wait" }] } }])
  })
})
