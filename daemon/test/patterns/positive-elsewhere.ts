// Ways to work together outside Claude Code's subagents: threads of Codex, sessions that a tool of another one started, and teams.

import { type Child, Session } from "./actor.ts"
import type { Family } from "./family.ts"
import { opened } from "./opened.ts"
import { ProcessSession } from "./processes.ts"
import { runAll } from "./run-all.ts"

const codexFanOut: Family = (scene) => {
  const parent = opened(scene, "codex")
  const children = Array.from({ length: scene.dice.between(2, 4) }, () => parent.spawn())
  const call = parent.startCall("wait")
  runAll(scene, children)
  parent.endCall(call, "wait", 20, "ok")
  parent.ask()
  parent.endTurn()
  scene.expect("fan-out-gather", parent, children)
}

const codexPipeline: Family = (scene) => {
  const parent = opened(scene, "codex")
  const stages: Child[] = []
  for (let count = scene.dice.between(2, 3); count > 0; count--) {
    const last = stages.at(-1)
    const stage = parent.spawn(last === undefined ? {} : { uses: [last] })
    const call = parent.startCall("wait_agent")
    stage.run()
    parent.endCall(call, "wait_agent", 20, "ok")
    parent.ask()
    stages.push(stage)
  }
  parent.endTurn()
  scene.expect("pipeline", parent, stages)
}

const codexSupervisor: Family = (scene) => {
  const parent = opened(scene, "codex")
  const child = parent.spawn()
  child.run()
  parent.ask()
  for (let round = scene.dice.between(1, 3); round > 0; round--) {
    child.engage()
    child.run()
    parent.ask()
  }
  parent.endTurn()
  scene.expect("supervisor", parent, [child])
}

const codexNested: Family = (scene) => {
  const parent = opened(scene, "codex")
  const child = parent.spawn()
  const grandchildren = [child.spawn(), child.spawn()]
  runAll(scene, grandchildren)
  child.run()
  parent.ask()
  parent.endTurn()
  scene.expect("delegation-chain", parent, [child, ...grandchildren])
  scene.expect("fan-out-gather", child, grandchildren)
}

const codexWatch: Family = (scene) => {
  const parent = opened(scene, "codex")
  const child = parent.spawn()
  parent.work(scene.dice.between(1, 3))
  child.run()
  parent.ask()
  parent.endTurn()
  scene.expect("background-watch", parent, [child])
}

const headlessFanOut: Family = (scene) => {
  const parent = new ProcessSession(scene, { role: "interactive" })
  const call = parent.startCall("Bash")
  const children = Array.from({ length: scene.dice.between(2, 4) }, () => new ProcessSession(scene, { role: "headless", parent }))
  for (const child of children) child.work()
  for (const child of scene.dice.shuffled(children)) child.exit()
  parent.endCall(call, "Bash", 50, "ok")
  parent.ask()
  parent.endTurn()
  scene.expect("fan-out-gather", parent, children)
}

const headlessChain: Family = (scene) => {
  const parent = new ProcessSession(scene, { role: "interactive" })
  const call = parent.startCall("Bash")
  const child = new ProcessSession(scene, { role: "headless", parent })
  const grandchild = child.spawn()
  grandchild.run()
  child.ask()
  child.exit()
  parent.endCall(call, "Bash", 50, "ok")
  parent.ask()
  parent.endTurn()
  scene.expect("delegation-chain", parent, [child, grandchild])
}

const team: Family = (scene) => {
  const lead = new ProcessSession(scene, { role: "interactive" })
  lead.work()
  const name = scene.id("team-")
  const members = Array.from({ length: scene.dice.between(1, 4) }, () => {
    const memberName = scene.id("mate-")
    const member = new ProcessSession(scene, { role: "teammate", team: { name, memberName, lead: lead.who.conversationId } })
    if (scene.dice.chance(0.5)) member.work()
    return member
  })
  scene.write(lead.file, { kind: "conversation-seen", ...lead.who, agent: "claude", teamName: name })
  for (const member of members) if (scene.dice.chance(0.6)) member.exit()
  scene.expect("team", lead, members)
}

/** A team of which only transcripts are left. */
const pastTeam: Family = (scene) => {
  const teamName = scene.id("team-")
  const lead = new Session(scene, "claude", { teamName })
  lead.turn()
  const members = Array.from({ length: scene.dice.between(1, 3) }, () => {
    const member = new Session(scene, "claude", { teamName, memberName: scene.id("mate-") })
    member.turn()
    return member
  })
  for (const member of members) member.work()
  for (const member of members) member.endTurn()
  lead.endTurn()
  scene.expect("team", lead, members)
}

export const POSITIVE_ELSEWHERE: Readonly<Record<string, Family>> = {
  codexFanOut,
  codexPipeline,
  codexSupervisor,
  codexNested,
  codexWatch,
  headlessFanOut,
  headlessChain,
  team,
  pastTeam,
}
