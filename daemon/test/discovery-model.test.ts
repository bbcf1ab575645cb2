// Random commands on simulated agents in real tmux: start, clear, resume, split, kill, rename, respawn, suspend, interrupt, end of a server.
// After each run of commands what is published comes to equal the model. The seeds are fixed; VIBECRAFT_TEST_SEED tries another.

import { Role, Scope } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { type Session, Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { expect, test } from "vitest"
import { createRandom } from "../simulator/agent/random.ts"
import { createSimulator, type Simulator } from "../simulator/simulator.ts"
import type { SimAgent } from "../simulator/sim-agent.ts"
import { reportLag } from "./discovery-bed/report-lag.ts"
import { createWorldBed, type WorldBed } from "./discovery-bed/world-bed.ts"

const RUNS = 3
const STEPS = 14
const MAX_AGENTS = 8
const SEED = process.env["VIBECRAFT_TEST_SEED"]
const SEEDS = SEED === undefined ? Array.from({ length: RUNS }, (_, run) => `model-${run}`) : [SEED]
const SERVERS = ["default", "second", "third"]

interface Modelled {
  readonly sim: SimAgent
  readonly server: string
  /** The tool that runs. */
  callId: string
  conversationId: string
  doing: "idle" | "working" | "suspended"
  earlier: string[]
}

interface Model {
  readonly alive: Map<number, Modelled>
  readonly dead: Set<number>
}

test.each(SEEDS)(
  "seed %s: what is published comes to equal the model",
  async (seed) => {
    const simulator = await createSimulator({ seed })
    const bed = createWorldBed(simulator)
    const model: Model = { alive: new Map(), dead: new Set() }
    const random = createRandom(`${seed}/commands`)
    const lags: number[] = []
    const done: string[] = []
    try {
      for (let step = 0; step < STEPS; step += 1) {
        const command = oneOf(random, possible(model))
        done.push(command)
        await carryOut(command, model, simulator, random)
        const truth = describe(model)
        lags.push(
          await bed
            .until(`after ${done.join(", ")}: ${truth}`, () => published(bed, model) === truth)
            .catch((error: unknown) => {
              throw new Error(`seed ${seed}, published ${published(bed, model)}`, { cause: error })
            }),
        )
      }
      // The ids that were published never changed hands: each process was one session from start to end.
      const everPids = [...model.alive.keys(), ...model.dead]
      for (const pid of everPids) expect(bed.world.sessions(Scope.ALL).filter((session) => session.pid === pid).length).toBe(1)
      console.log(`seed ${seed}: ${done.join(", ")}`)
      reportLag("command -> published state equals the model", lags)
      const slowest = Math.max(...lags)
      console.log(`slowest: ${done[lags.indexOf(slowest)]}, ${slowest.toFixed(0)} ms`)
    } finally {
      await bed.close()
      await simulator.close()
    }
  },
  180_000,
)

type Command = keyof typeof COMMANDS
type Random = ReturnType<typeof createRandom>
interface Step {
  readonly model: Model
  readonly simulator: Simulator
  readonly random: Random
  readonly agent: Modelled
}

const COMMANDS = {
  start: async ({ model, simulator, random }: Step) => {
    const server = oneOf(random, SERVERS)
    await start(model, simulator, server, { launch: random.pick(["direct", "shell", "wrapped"] as const) })
  },
  split: async ({ model, simulator, agent }: Step) => start(model, simulator, agent.server, { split: true }),
  clear: async ({ agent }: Step) => {
    await agent.sim.command({ kind: "clear" })
    await moved(agent)
  },
  resume: async ({ agent }: Step) => {
    await agent.sim.command({ kind: "resume", conversationId: agent.earlier[0] ?? agent.conversationId })
    await moved(agent)
  },
  prompt: async ({ agent }: Step) => {
    await agent.sim.prompt("Go on")
    const [callId = ""] = await agent.sim.respond({ tools: [{ name: "Bash" }] })
    Object.assign(agent, { callId, doing: "working" })
  },
  interrupt: async ({ agent }: Step) => {
    await agent.sim.command({ kind: "interrupt" })
    agent.doing = "idle"
  },
  finish: async ({ agent }: Step) => {
    await agent.sim.endTool(agent.callId)
    await agent.sim.respond({ end: true })
    agent.doing = "idle"
  },
  rename: async ({ simulator, agent, random }: Step) => {
    const { pane } = agent.sim
    const name = random.pick([
      "$(touch x)",
      "#{pane_pid}",
      "-dash",
      "=x",
      "%5",
      "émoji 🦊",
      "'; rm -rf /",
      "\u202eright to left",
      "x".repeat(4_000),
    ])
    await simulator.tmux.command(["rename-window", "-t", pane?.paneId ?? "", "--", name], agent.server)
  },
  suspend: async ({ agent }: Step) => {
    agent.sim.kill("SIGSTOP")
    agent.doing = "suspended"
  },
  wake: async ({ agent }: Step) => {
    agent.sim.kill("SIGCONT")
    agent.doing = "idle"
  },
  kill: async ({ model, agent }: Step) => {
    agent.sim.kill()
    died(model, agent)
  },
  exit: async ({ model, agent }: Step) => {
    await agent.sim.command({ kind: "exit" }).catch(() => undefined)
    died(model, agent)
  },
  "kill-pane": async ({ model, simulator, agent }: Step) => {
    await simulator.tmux.command(["kill-pane", "-t", agent.sim.paneId ?? ""], agent.server)
    died(model, agent)
  },
  respawn: async ({ model, simulator, agent }: Step) => {
    await simulator.tmux.command(["respawn-pane", "-k", "-t", agent.sim.paneId ?? "", "--", "sleep", "100000"], agent.server)
    died(model, agent)
  },
  "kill-server": async ({ model, simulator, agent }: Step) => {
    await simulator.tmux.command(["kill-server"], agent.server)
    for (const one of model.alive.values()) if (one.server === agent.server) died(model, one)
  },
} satisfies Record<string, (step: Step) => Promise<void>>

/** Which agents a command may be given to; commands that need none are always possible while there is room. */
const FITS: Record<Command, (agent: Modelled) => boolean> = {
  start: () => true,
  split: () => true,
  clear: ({ doing }) => doing === "idle",
  resume: ({ doing, earlier }) => doing === "idle" && earlier.length > 0,
  prompt: ({ doing }) => doing === "idle",
  interrupt: ({ doing }) => doing === "working",
  finish: ({ doing }) => doing === "working",
  rename: () => true,
  suspend: ({ doing, sim }) => doing === "idle" && sim.pane?.panePid !== sim.pid,
  wake: ({ doing }) => doing === "suspended",
  kill: () => true,
  exit: ({ doing }) => doing !== "suspended",
  "kill-pane": ({ doing }) => doing !== "suspended",
  respawn: ({ doing }) => doing !== "suspended",
  "kill-server": ({ doing }) => doing !== "suspended",
}
const OFTEN: Partial<Record<Command, number>> = {
  start: 3,
  split: 2,
  clear: 2,
  resume: 2,
  prompt: 3,
  "kill-server": 0.4,
  respawn: 0.7,
  "kill-pane": 0.7,
}

function possible(model: Model): Command[] {
  const agents = [...model.alive.values()]
  return (Object.keys(COMMANDS) as Command[]).flatMap((command) => {
    const isStart = command === "start" || command === "split"
    if (isStart && agents.length >= MAX_AGENTS) return []
    const fits = command === "start" || agents.some((agent) => FITS[command](agent))
    return fits ? Array.from<Command>({ length: Math.ceil((OFTEN[command] ?? 1) * 3) }).fill(command) : []
  })
}

/** `start` is possible without an agent and looks at none. */
function oneOf<T>(random: Random, items: readonly T[]): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- empty for `start` alone
  return items[random.int(0, items.length - 1)] as T
}

async function carryOut(command: Command, model: Model, simulator: Simulator, random: Random): Promise<void> {
  const fitting = [...model.alive.values()].filter((agent) => FITS[command](agent))
  // `start` looks at no agent.
  await COMMANDS[command]({
    model,
    simulator,
    random,
    agent: oneOf(random, fitting),
  })
}

async function start(
  model: Model,
  simulator: Simulator,
  server: string,
  more: { launch?: "direct" | "shell" | "wrapped"; split?: boolean },
): Promise<void> {
  const sim = await simulator.start({ agent: "claude", server, session: `on-${server}`, cwd: `p${model.alive.size % 3}`, ...more })
  model.alive.set(sim.pid, { sim, server, conversationId: await sim.conversationId(), callId: "", doing: "idle", earlier: [] })
}

async function moved(agent: Modelled): Promise<void> {
  const next = await agent.sim.conversationId()
  agent.earlier = [...agent.earlier.filter((id) => id !== next), agent.conversationId].filter((id) => id !== next)
  agent.conversationId = next
}

function died(model: Model, { sim }: Modelled): void {
  model.alive.delete(sim.pid)
  model.dead.add(sim.pid)
}

const STATUS: Record<Modelled["doing"], Status> = { idle: Status.IDLE, working: Status.WORKING, suspended: Status.STALLED }

/** The model in words. */
function describe({ alive, dead }: Model): string {
  const living = [...alive.values()].map(({ sim, conversationId, doing, earlier }) =>
    line(sim.pid, STATUS[doing], `${sim.pane?.socket} ${sim.paneId}`, conversationId, earlier),
  )
  return [...living, ...[...dead].map((pid) => `${pid} gone`)].toSorted().join("\n")
}

/** What is published in the same words. */
function published({ world }: WorldBed, { dead }: Model): string {
  const sessions = world.sessions(Scope.ALL).filter((session) => session.pid !== undefined && session.role === Role.INTERACTIVE)
  const isGone = ({ status }: Session) => status === Status.OFFLINE || status === Status.ENDED
  const lines = sessions.map((session) =>
    isGone(session)
      ? `${session.pid} gone`
      : line(
          session.pid ?? 0,
          session.status,
          `${session.pane?.socket} ${session.pane?.paneId}`,
          session.conversationId ?? "",
          session.earlierConversationIds,
        ),
  )
  return lines
    .filter((one) => !one.endsWith("gone") || dead.has(Number(one.split(" ")[0])))
    .toSorted()
    .join("\n")
}

function line(pid: number, status: Status, pane: string, conversationId: string, earlier: readonly string[]): string {
  return `${pid} ${status} ${pane} ${conversationId} after ${earlier.join("+")}`
}
