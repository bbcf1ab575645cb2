// Ways to work together. Each plays one way in a session and says what is then true. docs/patterns.md defines the words.

import { type Actor, type Child, WorkflowAgent } from "./actor.ts"
import type { Family } from "./family.ts"
import { opened } from "./opened.ts"
import { POSITIVE_ELSEWHERE } from "./positive-elsewhere.ts"
import { runAll } from "./run-all.ts"

const TYPES = ["Explore", "general-purpose", "reviewer", "tester", "planner"] as const

const fanOutStillRunning: Family = (scene) => {
  const parent = opened(scene)
  const children = parent.spawnAll(scene.dice.between(2, 6), { type: scene.dice.pick(TYPES) })
  for (const child of children) child.work()
  for (const child of children.slice(0, scene.dice.between(0, children.length - 1))) child.finish()
  scene.expect("fan-out", parent, children)
}

const fanOutInterrupted: Family = (scene) => {
  const parent = opened(scene)
  const children = parent.spawnAll(scene.dice.between(2, 5))
  for (const child of children) child.work()
  children.forEach((child, index) => child.finish(index === 0 && scene.dice.chance(0.5) ? "done" : "interrupted"))
  parent.endTurn("interrupted")
  scene.expect("fan-out", parent, children)
}

const gather: Family = (scene) => {
  const parent = opened(scene)
  const children = parent.spawnAll(scene.dice.between(2, 6), { type: scene.dice.pick(TYPES) })
  runAll(scene, children, scene.dice.chance(0.3) ? 1 : 0)
  parent.ask()
  if (scene.dice.chance(0.5)) parent.work()
  parent.endTurn()
  scene.expect("fan-out-gather", parent, children)
}

const gatherOneByOne: Family = (scene) => {
  const parent = opened(scene)
  // One answer each, with nothing in between: they are in the background.
  const children: Child[] = []
  for (let count = scene.dice.between(2, 4); count > 0; count--) {
    children.push(parent.spawn({ background: true }))
    parent.ask()
  }
  parent.endTurn()
  runAll(scene, children)
  parent.ask()
  parent.endTurn()
  scene.expect("fan-out-gather", parent, children)
}

const gatherWhileWorking: Family = (scene) => {
  const parent = opened(scene)
  const children = parent.spawnAll(scene.dice.between(2, 4), { background: true })
  parent.ask()
  parent.work(scene.dice.between(1, 3))
  parent.endTurn()
  runAll(scene, children)
  parent.ask()
  parent.endTurn()
  scene.expect("fan-out-gather", parent, children)
  scene.expect("background-watch", parent, children)
}

const rollingFanOut: Family = (scene) => {
  const parent = opened(scene)
  const first = parent.spawnAll(2, { background: true })
  parent.ask()
  const [one, two] = first
  if (one === undefined || two === undefined) return
  const more: Child[] = []
  one.work()
  const third = parent.spawn({ background: true })
  more.push(third)
  one.finish()
  two.run()
  third.run()
  parent.ask()
  parent.endTurn()
  scene.expect("fan-out-gather", parent, [one, two, ...more])
}

const pipeline: Family = (scene) => {
  const parent = opened(scene)
  const stages: Child[] = []
  for (let count = scene.dice.between(2, 5); count > 0; count--) {
    const last = stages.at(-1)
    const earlier = stages.length > 1 && scene.dice.chance(0.3) ? stages.slice(-2) : last === undefined ? [] : [last]
    const stage = parent.spawn({ type: scene.dice.pick(TYPES), ...(last === undefined ? {} : { uses: earlier }) })
    stage.run()
    stages.push(stage)
    parent.ask()
    if (scene.dice.chance(0.4)) parent.work()
  }
  parent.endTurn()
  scene.expect("pipeline", parent, stages)
}

const pipelineInBackground: Family = (scene) => {
  const parent = opened(scene)
  const stages: Child[] = []
  for (let count = scene.dice.between(2, 4); count > 0; count--) {
    const last = stages.at(-1)
    const stage = parent.spawn({ background: true, ...(last === undefined ? {} : { uses: [last] }) })
    stages.push(stage)
    parent.ask()
    parent.endTurn()
    stage.run()
    parent.ask()
  }
  parent.endTurn()
  scene.expect("pipeline", parent, stages)
}

/** A pipeline's stages and a stranger between them that has no part in it. */
const pipelineWithGuest: Family = (scene) => {
  const parent = opened(scene)
  const first = parent.spawn()
  first.run()
  parent.ask()
  parent.spawn().run()
  parent.ask()
  const second = parent.spawn({ uses: [first] })
  second.run()
  parent.ask()
  parent.endTurn()
  scene.expect("pipeline", parent, [first, second])
}

/** Many, then one that makes a whole of what they found: that is the gathering, not a pipeline. */
const gatherByReducer: Family = (scene) => {
  const parent = opened(scene)
  const children = parent.spawnAll(scene.dice.between(2, 4))
  runAll(scene, children)
  parent.ask()
  parent.spawn({ type: "writer", uses: children }).run()
  parent.ask()
  parent.endTurn()
  scene.expect("fan-out-gather", parent, children)
}

const chain: Family = (scene) => {
  const parent = opened(scene)
  const links: Child[] = []
  const depth = scene.dice.between(2, 4)
  let above: Actor = parent
  for (let level = 0; level < depth; level++) {
    const child: Child = above.spawn({ type: scene.dice.pick(TYPES) })
    links.push(child)
    above = child
    if (scene.dice.chance(0.5)) child.work()
  }
  for (const child of links.toReversed()) child.run()
  parent.ask()
  parent.endTurn()
  scene.expect("delegation-chain", parent, links)
}

const supervisor: Family = (scene) => {
  const parent = opened(scene)
  const children: Child[] = []
  for (let count = scene.dice.between(1, 3); count > 0; count--) {
    const child = parent.spawn({ background: scene.dice.chance(0.5) })
    child.run()
    parent.ask()
    children.push(child)
  }
  const engaged = children.slice(0, scene.dice.between(1, children.length))
  for (let round = scene.dice.between(1, 3); round > 0; round--) {
    for (const child of engaged) {
      child.engage()
      child.work()
      child.endTurn()
      parent.turn(true)
    }
  }
  parent.endTurn()
  scene.expect("supervisor", parent, engaged)
}

/** Asked again side by side after a fan-out. */
const supervisedFanOut: Family = (scene) => {
  const parent = opened(scene)
  const children = parent.spawnAll(scene.dice.between(2, 4))
  runAll(scene, children)
  parent.ask()
  for (const child of children) child.engage()
  for (const child of children) child.endTurn()
  parent.turn(true)
  parent.endTurn()
  scene.expect("fan-out-gather", parent, children)
  scene.expect("supervisor", parent, children)
}

/** Teammates without a process of their own: the lead works on and writes to them, and they are still no more than a team. */
const teamInside: Family = (scene) => {
  const lead = opened(scene)
  const members = lead.spawnAll(scene.dice.between(2, 3), { team: scene.id("team-"), background: true })
  lead.ask()
  if (scene.dice.chance(0.5)) lead.work()
  runAll(scene, members)
  if (scene.dice.chance(0.5)) members[0]?.engage()
  lead.endTurn()
  scene.expect("team", lead, members)
}

const workflow: Family = (scene) => {
  const parent = opened(scene)
  const runId = scene.id("wf_")
  const call = parent.startCall("Workflow")
  const agents = Array.from({ length: scene.dice.between(2, 5) }, () => new WorkflowAgent(parent, runId, call))
  for (const agent of agents) agent.work()
  for (const agent of scene.dice.shuffled(agents)) agent.endTurn()
  parent.endCall(call, "Workflow", 80, "ok")
  parent.ask()
  parent.endTurn()
  scene.expect("fan-out-gather", parent, agents)
}

const retryLoop: Family = (scene) => {
  const parent = opened(scene)
  const task = { type: scene.dice.pick(TYPES), task: scene.task(), background: scene.dice.chance(0.3) }
  const attempts: Child[] = []
  for (let failures = scene.dice.between(1, 4); failures > 0; failures--) {
    const attempt = parent.spawn(task)
    attempt.run("failed")
    attempts.push(attempt)
    parent.ask()
  }
  const last = parent.spawn(task)
  attempts.push(last)
  if (task.background || scene.dice.chance(0.8)) last.run(scene.dice.chance(0.8) ? "done" : "failed")
  scene.expect("retry-loop", parent, attempts)
}

const retryInFanOut: Family = (scene) => {
  const parent = opened(scene)
  const children = parent.spawnAll(scene.dice.between(2, 4))
  const task = { type: "tester", task: scene.task() }
  const failing = parent.spawn(task)
  for (const child of children) child.run()
  failing.run("failed")
  parent.ask()
  const again = parent.spawn(task)
  again.run()
  parent.ask()
  parent.endTurn()
  scene.expect("fan-out-gather", parent, [...children, failing])
  scene.expect("retry-loop", parent, [failing, again])
}

const backgroundWatch: Family = (scene) => {
  const parent = opened(scene)
  const child = parent.spawn({ background: true, type: "watcher" })
  parent.ask()
  parent.work(scene.dice.between(1, 4))
  if (scene.dice.chance(0.6)) child.run()
  scene.expect("background-watch", parent, [child])
}

/** The parent's own work comes in a later turn. */
const longBackgroundWatch: Family = (scene) => {
  const parent = opened(scene)
  const child = parent.spawn({ background: true, type: "watcher" })
  parent.ask()
  parent.endTurn()
  scene.wait(5000, 60_000)
  parent.turn()
  parent.work(2)
  const children = parent.spawnAll(scene.dice.between(2, 4))
  runAll(scene, children)
  parent.ask()
  child.run()
  parent.endTurn()
  scene.expect("background-watch", parent, [child])
  scene.expect("fan-out-gather", parent, children)
}

const twoWavesByTurn: Family = (scene) => {
  const parent = opened(scene)
  const early = parent.spawnAll(scene.dice.between(2, 4), { background: true })
  parent.ask()
  parent.endTurn()
  parent.turn()
  const late = parent.spawnAll(scene.dice.between(2, 4), { background: true })
  parent.ask()
  parent.endTurn()
  runAll(scene, early)
  runAll(scene, late)
  parent.ask()
  parent.endTurn()
  scene.expect("fan-out-gather", parent, early)
  scene.expect("fan-out-gather", parent, late)
}

const twoWavesByWork: Family = (scene) => {
  const parent = opened(scene)
  const early = parent.spawnAll(scene.dice.between(2, 3), { background: true })
  parent.ask()
  parent.work(scene.dice.between(1, 2))
  const late = parent.spawnAll(scene.dice.between(2, 3))
  runAll(scene, late)
  parent.ask()
  runAll(scene, early)
  parent.ask()
  parent.endTurn()
  scene.expect("fan-out-gather", parent, early)
  scene.expect("fan-out-gather", parent, late)
  scene.expect("background-watch", parent, early)
}

const nestedFanOut: Family = (scene) => {
  const parent = opened(scene)
  const children = parent.spawnAll(scene.dice.between(2, 3))
  const branches = children.slice(0, scene.dice.between(1, children.length))
  const below = branches.map((branch) => branch.spawnAll(scene.dice.between(2, 3)))
  below.forEach((grandchildren, index) => {
    runAll(scene, grandchildren)
    branches[index]?.ask()
  })
  runAll(scene, children)
  parent.ask()
  parent.endTurn()
  scene.expect("fan-out-gather", parent, children)
  branches.forEach((branch, index) => {
    const grandchildren = below[index] ?? []
    scene.expect("fan-out-gather", branch, grandchildren)
    scene.expect("delegation-chain", parent, [branch, ...grandchildren])
  })
}

const pipelinesInFanOut: Family = (scene) => {
  const parent = opened(scene)
  const children = parent.spawnAll(2)
  for (const child of children) {
    const first = child.spawn()
    first.run()
    child.ask()
    const second = child.spawn({ uses: [first] })
    second.run()
    child.ask()
    scene.expect("pipeline", child, [first, second])
    scene.expect("delegation-chain", parent, [child, first, second])
  }
  for (const child of children) child.finish()
  parent.ask()
  parent.endTurn()
  scene.expect("fan-out-gather", parent, children)
}

export const POSITIVE: Readonly<Record<string, Family>> = {
  fanOutStillRunning,
  fanOutInterrupted,
  gather,
  gatherOneByOne,
  gatherWhileWorking,
  rollingFanOut,
  pipeline,
  pipelineInBackground,
  pipelineWithGuest,
  gatherByReducer,
  chain,
  supervisor,
  supervisedFanOut,
  teamInside,
  workflow,
  retryLoop,
  retryInFanOut,
  backgroundWatch,
  longBackgroundWatch,
  twoWavesByTurn,
  twoWavesByWork,
  nestedFanOut,
  pipelinesInFanOut,
  ...POSITIVE_ELSEWHERE,
}
