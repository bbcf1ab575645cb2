import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt"
import { Agent } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { Certainty } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { UsageGroup } from "@vibecraft/shared/gen/vibecraft/v1/usage_pb"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { type CannedDaemon, startCannedDaemon } from "./canned-daemon.ts"
import { runCli } from "./run-cli.ts"
import { busyWorld, HOSTILE } from "./samples.ts"

/** Anything a terminal might obey; line ends are what separates our own lines. */
// oxlint-disable-next-line no-control-regex
const OBEYED = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]/

const tokens = {
  input: 1200n,
  output: 45_000n,
  reasoning: 3000n,
  cacheRead: 70_000n,
  cacheWrite5m: 5000n,
  cacheWrite1h: 2000n,
  total: 123_200n,
}
const corrected = { tokens: { output: -300n, total: -300n }, cost: { nanosUsd: -20_000_000n }, corrections: 2 }
const day = (period: string, more: object = {}) => ({
  id: period,
  period,
  startTime: timestampFromMs(Date.parse(`${period}T09:00Z`)),
  endTime: timestampFromMs(Date.parse(`${period}T14:00Z`)),
  agent: Agent.CLAUDE,
  name: HOSTILE,
  model: HOSTILE,
  project: `/home/me/${HOSTILE}`,
  subagentType: HOSTILE,
  conversationId: HOSTILE,
  contextUsedRatio: 0.41,
  tokens,
  cost: { nanosUsd: 1_200_000_000n, certainty: Certainty.PRICED },
  requests: 1234n,
  models: ["claude-opus-5-5", HOSTILE],
  ...more,
})

let daemon: CannedDaemon
let folder: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "vc-"))
  const unpriced = { nanosUsd: 2_400_000_000n, certainty: Certainty.UNPRICED, unpricedModels: [HOSTILE] }
  daemon = await startCannedDaemon({
    ...busyWorld(),
    usage: {
      rows: [day("2026-11-19"), day("2026-11-20", { corrected, cost: { nanosUsd: 1n, certainty: Certainty.ESTIMATED } })],
      total: { ...day("2026-11-20", { corrected, cost: unpriced }), id: "total" },
      burnRates: [
        { windowMinutes: 5, tokensPerMinute: 12_345, uncachedTokensPerMinute: 345, nanosUsdPerMinute: 120_000_000n },
        { windowMinutes: 60 },
      ],
      runningBlocks: [
        {
          agent: Agent.CLAUDE,
          usage: { ...day("2026-11-20"), endTime: timestampFromMs(Date.now() + 3_630_000) },
          projectedTokens: 2_000_000n,
          projectedCost: { nanosUsd: 9_000_000_000n, certainty: Certainty.ESTIMATED },
        },
      ],
      rateLimits: [{ agent: Agent.CODEX, name: HOSTILE, usedRatio: 0.4, windowMinutes: 300n, plan: HOSTILE }],
    },
    pricing: [
      {
        requested: "claude-sonnet-5",
        normalized: "claude-sonnet-5",
        model: "claude-sonnet-5",
        vendor: "anthropic",
        certainty: Certainty.PRICED,
        reasons: [HOSTILE],
        source: HOSTILE,
        rates: { inputNanosUsd: 2_000_000_000n, outputNanosUsd: 10_000_000_000n, cacheReadNanosUsd: 200_000_000n, assumed: ["cache_read"] },
        history: [{ effectiveFrom: "", rates: { inputNanosUsd: 2_000_000_000n }, source: HOSTILE, applies: true }],
        factors: [{ condition: HOSTILE, promptTimes: 2, outputTimes: 1.5, assumed: true }],
      },
    ],
    corrections: [
      {
        id: 7n,
        conversationId: "c-wait",
        set: { output: 1000n },
        note: HOSTILE,
        model: HOSTILE,
        tokens: { output: -300n, total: -300n },
        cost: { nanosUsd: -20_000_000n },
        createdTime: timestampFromMs(Date.now() - 61_000),
      },
    ],
  })
})
afterEach(async () => {
  await daemon.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (args: string[], env: NodeJS.ProcessEnv = {}) => runCli([...args, "--socket", daemon.socket], env)

describe("usage", () => {
  test("shows a line a day in the user's zone, the total, what the marks mean, and what goes on now", async () => {
    const { code, stdout, stderr } = await run(["usage"], { TZ: "Asia/Tokyo" })
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    const lines = stdout.split("\n")
    expect(lines[0]).toMatch(/^DAY +MODELS +REQUESTS +IN +OUT +CACHE R +CACHE W +TOKENS +COST +BY HAND$/)
    expect(lines[1]).toMatch(/^2026-11-19 Thu +opus-5-5, .* 1,234 +1\.2k +45\.0k +70\.0k +7\.0k +123k +\$1\.20$/)
    expect(lines[2]).toMatch(/^2026-11-20 Fri .* ~<\$0\.01 +-\$0\.02$/)
    expect(lines[3]).toMatch(/^total +1,234 .* ≥\$2\.40 +-\$0\.02$/)
    expect(stdout).toContain("≥ leaves out what has no known price: evil forged line")
    expect(stdout).toContain("corrected by hand, in no other column: -300 tokens, -$0.02 (2)")
    expect(stdout).toMatch(/last 5 min +12\.3k tokens\/min \(345 uncached\), \$0\.12\/min/)
    expect(stdout).not.toContain("last 60 min")
    expect(stdout).toMatch(
      /claude block +2026-11-20 18:00–\d\d:\d\d, 1h left: 123k tokens, \$1\.20 so far; at this speed 2\.0M, ~\$9\.00 by its end/,
    )
    expect(stdout).toMatch(/codex limit +evil .*: 40 % of 5h used/)
    expect(daemon.asked.usage[0]).toMatchObject({ groupBy: [UsageGroup.DAY], timeZone: "Asia/Tokyo", pageToken: "" })
    expect(daemon.asked.usage[0]?.sinceTime).toBeUndefined()
  })

  test("asks for what was asked for", async () => {
    const args = [
      "--by",
      "week,model",
      "--since",
      "2026-11-01",
      "--until",
      "2026-11-15",
      "--zone",
      "Europe/Berlin",
      "--agent",
      "codex",
      "--project",
      "/work/x/../y",
      "--session",
      "fix login",
    ]
    expect((await run(["usage", ...args])).code).toBe(0)
    const [asked] = daemon.asked.usage
    expect(asked).toMatchObject({
      groupBy: [UsageGroup.WEEK, UsageGroup.MODEL],
      timeZone: "Europe/Berlin",
      agent: Agent.CODEX,
      project: "/work/y",
      id: "s-wait",
    })
    const times = [asked?.sinceTime, asked?.untilTime].map((time) => time && new Date(timestampMs(time)).toISOString())
    expect(times).toEqual(["2026-10-31T23:00:00.000Z", "2026-11-15T23:00:00.000Z"])
  })

  test("--json has all pages in one answer, --csv a line a row and no more", async () => {
    const json = JSON.parse((await run(["usage", "--json"])).stdout) as { rows: { period: string }[] }
    expect(json).toMatchObject({ total: { requests: "1234" }, nextPageToken: "", burnRates: [{ windowMinutes: 5 }, {}] })
    expect(json.rows.map(({ period }) => period)).toEqual(["2026-11-19", "2026-11-20"])
    const csv = (await run(["usage", "--csv", "--by", "day"])).stdout.split("\n")
    expect(csv[0]).toMatch(/^day,requests,input_tokens,/)
    expect(csv[1]).toBe("2026-11-19,1234,1200,45000,3000,70000,5000,2000,123200,1.200000000,priced,,0,0.000000000")
    expect(csv).toHaveLength(4)
  })

  test("says so where nothing was used", async () => {
    daemon.world.usage = { rows: [] }
    expect((await run(["usage"])).stdout).toBe("Nothing was used in that time.\n")
  })

  test.each(["--by year", "--by day,", "--since soon", "--zone Mars", "--agent gemini", "--json --csv", "--session"])(
    "%s is wrong usage",
    async (line) => {
      const { code, stdout, stderr } = await run(["usage", ...line.split(" ")])
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
      expect(stderr).not.toMatch(/\n +at /)
    },
  )
})

describe("prices", () => {
  test("lists all, and one at length", async () => {
    const list = await run(["prices"])
    expect(list.stdout).toMatch(/^MODEL +IN +OUT +CACHE R/)
    expect(list.stdout).toMatch(/\nclaude-sonnet-5 +2 +10 +~0\.2 /)
    const one = (await run(["prices", "claude-sonnet-5"])).stdout
    expect(one).toMatch(/^claude-sonnet-5 {2}priced\n {2}charged as claude-sonnet-5, anthropic; evil/)
    expect(one).toMatch(/\* +release +2 /)
    expect(one).toMatch(/~2 times the prompt, 1\.5 times the output/)
    expect((await run(["prices", "nobody"])).stdout).toMatch(/^nobody {2}unpriced\n {2}No list has it\./)
    expect(JSON.parse((await run(["prices", "claude-sonnet-5", "--json"])).stdout)).toMatchObject({
      models: [{ rates: { inputNanosUsd: "2000000000" } }],
    })
  })

  const LIST = {
    sample_spec: {},
    "claude-opus-9": { input_cost_per_token: 3e-6, output_cost_per_token: 1.5e-5, litellm_provider: "anthropic", mode: "chat" },
    "claude-sonnet-5": { input_cost_per_token: 3e-6, output_cost_per_token: 1e-5, litellm_provider: "anthropic", mode: "chat" },
    "gpt-same": { input_cost_per_token: 3e-6, output_cost_per_token: 1e-5, litellm_provider: "vertex_ai", mode: "chat" },
    [`gpt-${HOSTILE}`]: { input_cost_per_token: 3e-6, output_cost_per_token: 1e-5, litellm_provider: "openai", mode: "chat" },
    "gpt-bad": { input_cost_per_token: "3e-6", output_cost_per_token: 1e-5, litellm_provider: "openai", mode: "chat" },
  }
  const listFile = (list: unknown = LIST) => {
    const file = join(folder, "list.json")
    writeFileSync(file, typeof list === "string" ? list : JSON.stringify(list))
    return file
  }

  test("import shows what would change, names what is wrong, and writes with --yes alone", async () => {
    const shown = await run(["prices", "import", listFile()])
    expect(shown.code).toBe(0)
    expect(shown.stdout).toMatch(/new +claude-opus-9 +3 +15 +always\n/)
    expect(shown.stdout).toMatch(/changed +claude-sonnet-5 +2 → 3 +10 +\d{4}-\d\d-\d\d\n/)
    expect(shown.stdout).toContain(`Nothing is written yet. To write 2 to ${daemon.world.configPath}, add --yes`)
    expect(shown.stderr).toMatch(/passed over: "gpt-evil forged line.*" has a name that no agent reports/)
    expect(shown.stderr).toContain('passed over: "gpt-bad" input_cost_per_token is no number')
    expect(shown.stdout + shown.stderr).not.toMatch(OBEYED)
    expect(() => statSync(daemon.world.configPath)).toThrow("ENOENT")

    const written = await run(["prices", "import", listFile(), "--yes"])
    expect(written.stdout).toContain(`Wrote 2 to ${daemon.world.configPath}. Restart vibecraftd to charge them.`)
    expect(readFileSync(daemon.world.configPath, "utf8")).toMatch(
      /^\[\[prices\]\]\n# from list\.json, .*\nmodel = "claude-opus-9"\ninput = 3\noutput = 15\n\n\[\[prices\]\]\n# .*\nmodel = "claude-sonnet-5"\ninput = 3\noutput = 10\neffective_from = \d{4}-\d\d-\d\d\n$/,
    )
    expect(statSync(daemon.world.configPath).mode & 0o777).toBe(0o600)
  })

  test("import keeps the file that a link stands for, its mode and what else is in it", async () => {
    const real = join(folder, "real.toml")
    const link = join(folder, "link.toml")
    writeFileSync(real, "# mine\n", { mode: 0o640 })
    symlinkSync(real, link)
    const { code } = await run(["prices", "import", listFile(), "--yes", "--only", "GPT-SAME", "--from", "2026-01-01", "--config", link])
    expect(code).toBe(0)
    expect(readFileSync(real, "utf8")).toMatch(
      /^# mine\n\n\[\[prices\]\]\n.*\nmodel = "gpt-same"\ninput = 3\noutput = 10\neffective_from = 2026-01-01\n$/,
    )
    expect(statSync(real).mode & 0o777).toBe(0o640)
  })

  test.each<[string, unknown, string[], RegExp]>([
    ["a file that is none", "<html>", [], /list\.json is no price list: it is not JSON/],
    ["a model that is not in it", LIST, ["--only", "nobody"], /the list has no price of "nobody"/],
    ["a model that is wrong in it", LIST, ["--only", "gpt-bad"], /"gpt-bad" input_cost_per_token is no number/],
    ["a configuration that is broken", LIST, ["--config", "broken.toml"], /broken\.toml: line 1 is not valid TOML; mend it first/],
    ["a configuration that is a folder", LIST, ["--config", "folder"], /folder cannot be read \(EISDIR\)/],
  ])("import refuses %s", async (_name, list, args, message) => {
    writeFileSync(join(folder, "broken.toml"), "= 1\n")
    mkdirSync(join(folder, "folder"))
    const { code, stdout, stderr } = await run([
      "prices",
      "import",
      listFile(list),
      "--yes",
      ...args.map((arg) => (/toml|folder/.test(arg) ? join(folder, arg) : arg)),
    ])
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr).toMatch(message)
  })
})

describe("correct", () => {
  test("asks for what was asked for, and says what it did", async () => {
    const { code, stdout } = await run([
      "correct",
      "Fix Login",
      "--set",
      "output=1k",
      "--add",
      "input=-5",
      "--add",
      "cache-read=2",
      "--note",
      "as billed",
      "--model",
      "m",
    ])
    expect(code).toBe(0)
    expect(stdout).toBe(
      "Correction 7 of c-wait: -300 tokens, -$0.02.\nIt is shown beside what was measured. Take it back with: vibecraft correct --undo 7\n",
    )
    expect(daemon.asked.corrections[0]?.action).toMatchObject({
      case: "correction",
      value: { conversationId: "c-wait", set: { output: 1000n }, add: { input: -5n, cacheRead: 2n }, note: "as billed", model: "m" },
    })
  })

  test("takes back and lists", async () => {
    expect((await run(["correct", "--undo", "7"])).stdout).toContain("Correction 7 is taken back")
    expect(daemon.asked.corrections[0]?.action).toEqual({ case: "undoId", value: 7n })
    const { stdout } = await run(["correct", "--list"])
    expect(stdout).toMatch(/^#.*CONVERSATION +ASKED +EFFECT +MODEL +AGE +NOTE\n/)
    expect(stdout).toMatch(/\n7 +c-wait +output=1000 +-300 tokens, -\$0\.02 +evil .* 1m +evil/)
    daemon.world.corrections = []
    expect((await run(["correct", "--list"])).stdout).toBe("Nothing was corrected by hand.\n")
  })

  test.each([
    ["correct"],
    ["correct s-wait --note x"],
    ["correct s-wait --set output=1"],
    ["correct s-wait --set total=1 --note x"],
    ["correct --undo x"],
  ])("%s is wrong usage", async (line) => {
    const { code, stdout, stderr } = await run(line.split(" "))
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toMatch(/^vibecraft: /)
    expect(daemon.asked.corrections).toEqual([])
  })
})

test.each([
  ...["day", "week", "month", "model", "project", "session", "conversation", "agent", "subagent", "block"].map((group) => [
    `usage --by ${group}`,
  ]),
  ["usage --json"],
  ["usage --csv --by session"],
  ["prices"],
  ["prices claude-sonnet-5"],
  ["prices claude-sonnet-5 --json"],
  ["correct --list"],
  ["correct --list --json"],
])("%s lets nothing through that a terminal obeys, and overruns no narrow one", async (line) => {
  const { code, stdout, stderr } = await run(line.split(" "), { COLUMNS: "60" })
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  expect(stdout).not.toMatch(OBEYED)
  if (!/json|csv/.test(line)) for (const text of stdout.split("\n")) expect(text.length).toBeLessThanOrEqual(60)
})
