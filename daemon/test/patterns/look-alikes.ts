// What looks like a pattern and is none. None of these says that anything is true.

import { type Child, Session, Subagent } from "./actor.ts"
import type { Family } from "./family.ts"
import { opened } from "./opened.ts"
import { ClearedSession, ProcessSession } from "./processes.ts"

const sequentialStrangers: Family = (scene) => {
  const parent = opened(scene)
  for (let count = scene.dice.between(2, 5); count > 0; count--) {
    parent.spawn().run()
    parent.ask()
  }
  parent.endTurn()
}

const siblingsInDifferentTurns: Family = (scene) => {
  const parent = opened(scene)
  for (let count = scene.dice.between(2, 4); count > 0; count--) {
    parent.spawn().run()
    parent.ask()
    parent.endTurn()
    scene.wait(1000, 90_000)
    parent.turn()
  }
}

/** Each in the background and still running when a person starts the next turn. */
const overlapOverTurns: Family = (scene) => {
  const parent = opened(scene)
  const children: Child[] = []
  for (let count = 2; count > 0; count--) {
    children.push(parent.spawn({ background: true }))
    parent.ask()
    parent.endTurn()
    if (count > 1) parent.turn()
  }
  for (const child of children) child.run()
}

const childrenOfDifferentParents: Family = (scene) => {
  const parents = [new Session(scene, "claude"), new Session(scene, "claude")]
  for (const parent of parents) parent.turn()
  const children = parents.map((parent) => parent.spawn())
  for (const child of children) child.work()
  for (const child of children) child.finish()
  for (const parent of parents) parent.ask()
}

const againAfterSuccess: Family = (scene) => {
  const parent = opened(scene)
  const task = { type: "tester", task: scene.task() }
  for (let count = scene.dice.between(2, 3); count > 0; count--) {
    parent.spawn(task).run()
    parent.ask()
    parent.work()
  }
  parent.endTurn()
}

const otherTaskAfterFailure: Family = (scene) => {
  const parent = opened(scene)
  parent.spawn({ type: "tester" }).run("failed")
  parent.ask()
  parent.spawn({ type: "tester" }).run()
  parent.ask()
  parent.endTurn()
}

const otherKindAfterFailure: Family = (scene) => {
  const parent = opened(scene)
  const task = scene.task()
  parent.spawn({ type: "tester", task }).run("failed")
  parent.ask()
  parent.spawn({ type: "reviewer", task }).run()
  parent.ask()
  parent.endTurn()
}

const againAfterInterruption: Family = (scene) => {
  const parent = opened(scene)
  const task = { type: "tester", task: scene.task() }
  parent.spawn(task).run("interrupted")
  parent.endTurn("interrupted")
  parent.turn()
  parent.spawn(task).run()
  parent.ask()
  parent.endTurn()
}

/** The same task again, and the first attempt fails only later. */
const againBeforeFailure: Family = (scene) => {
  const parent = opened(scene)
  const task = { type: "tester", task: scene.task(), background: true }
  const first = parent.spawn(task)
  parent.ask()
  parent.endTurn()
  parent.turn()
  const second = parent.spawn(task)
  parent.ask()
  parent.endTurn()
  first.run("failed")
  second.run()
}

/** A quote of what failed is no handing on of a result. */
const quoteOfFailure: Family = (scene) => {
  const parent = opened(scene)
  const first = parent.spawn()
  first.run("failed")
  parent.ask()
  parent.spawn({ type: "reviewer", uses: [first] }).run()
  parent.ask()
  parent.endTurn()
}

const parallelTools: Family = (scene) => {
  const parent = opened(scene)
  for (let round = scene.dice.between(1, 3); round > 0; round--) {
    const calls = ["Read", "Grep", "Bash"].map((name) => ({ name, callId: parent.startCall(name) }))
    for (const { callId, name } of calls) parent.endCall(callId, name, scene.dice.between(20, 4000), "ok")
    parent.ask()
  }
  parent.endTurn()
}

const backgroundShell: Family = (scene) => {
  const parent = opened(scene)
  parent.call("Bash", 20, "background")
  parent.work(3)
  parent.endTurn()
  parent.turn(true)
  parent.endTurn()
}

const singleChild: Family = (scene) => {
  const parent = opened(scene, scene.dice.chance(0.5) ? "claude" : "codex")
  parent.spawn().run()
  parent.ask()
  parent.work()
  parent.endTurn()
}

/** Its parent rests until it reports. */
const restingParent: Family = (scene) => {
  const parent = opened(scene)
  const child = parent.spawn({ background: true })
  parent.ask()
  parent.endTurn()
  child.run()
  parent.work()
  parent.endTurn()
}

/** The parent does nothing but look after it. */
const waitingParent: Family = (scene) => {
  const parent = opened(scene)
  const child = parent.spawn({ background: true })
  parent.ask()
  for (let count = scene.dice.between(1, 3); count > 0; count--) {
    parent.call("TaskOutput", scene.dice.between(50, 3000))
    parent.ask()
  }
  child.run()
  parent.endTurn()
}

const fork: Family = (scene) => {
  const origin = opened(scene)
  const copies = [new Session(scene, "claude"), new Session(scene, "claude")]
  for (const copy of copies) {
    scene.write(copy.file, { kind: "conversation-seen", ...copy.who, agent: "claude", forkedFromConversationId: origin.who.conversationId })
    copy.turn()
  }
  for (const session of [origin, ...copies]) session.work()
}

const reportsTwice: Family = (scene) => {
  const parent = opened(scene)
  const child = parent.spawn({ background: true })
  parent.ask()
  parent.endTurn()
  child.run()
  parent.endTurn()
  if (child instanceof Subagent) child.report()
  parent.endTurn()
}

/** More words for one that is still at it. */
const messageWhileRunning: Family = (scene) => {
  const parent = opened(scene)
  const child = parent.spawn({ background: true })
  parent.ask()
  child.work()
  child.engage()
  child.run()
  parent.endTurn()
}

/** Woken by a task of its own, not by its parent. */
const ownReport: Family = (scene) => {
  const parent = opened(scene)
  const child = parent.spawn({ background: true })
  parent.ask()
  parent.endTurn()
  child.run()
  child.turn(true)
  child.endTurn()
  parent.turn(true)
  parent.endTurn()
}

/** Every session has a team of one. */
const teamOfOne: Family = (scene) => {
  const session = new Session(scene, "claude", { teamName: scene.id("session-") })
  session.turn()
  session.work()
  session.endTurn()
}

const sequentialHeadless: Family = (scene) => {
  const parent = new ProcessSession(scene, { role: "interactive" })
  for (let count = scene.dice.between(2, 3); count > 0; count--) {
    const call = parent.startCall("Bash")
    const child = new ProcessSession(scene, { role: "headless", parent })
    child.work()
    child.exit()
    parent.endCall(call, "Bash", 50, "ok")
    parent.ask()
  }
  parent.endTurn()
}

/** In two conversations of one session. */
const overClear: Family = (scene) => {
  const session = new ProcessSession(scene, { role: "interactive" })
  session.work()
  const before = session.spawn({ background: true })
  session.endTurn()
  const after = new ClearedSession(session)
  after.turn()
  const second = after.spawn()
  second.work()
  second.finish()
  before.run()
  after.ask()
}

/** The first one is over before the second call of the same answer is written. */
const tooShortToOverlap: Family = (scene) => {
  const parent = opened(scene)
  const batch = scene.task()
  const first = parent.spawn({ batch })
  first.finish()
  const second = parent.spawn({ batch })
  second.run()
  parent.ask()
}

const separateSessions: Family = (scene) => {
  const sessions = [new Session(scene, "claude"), new Session(scene, "claude"), opened(scene, "codex")]
  for (const session of sessions) session.turn()
  for (const session of sessions) session.work()
  for (const session of sessions) session.endTurn()
}

const codexReview: Family = (scene) => {
  const parent = opened(scene, "codex")
  parent.spawn({ type: "review" }).run()
  parent.ask()
  parent.endTurn()
}

const codexSequential: Family = (scene) => {
  const parent = opened(scene, "codex")
  for (let count = 2; count > 0; count--) {
    const child = parent.spawn()
    const call = parent.startCall("wait")
    child.run()
    parent.endCall(call, "wait", 30, "ok")
    parent.ask()
  }
  parent.endTurn()
}

export const LOOK_ALIKES: Readonly<Record<string, Family>> = {
  sequentialStrangers,
  siblingsInDifferentTurns,
  overlapOverTurns,
  childrenOfDifferentParents,
  againAfterSuccess,
  otherTaskAfterFailure,
  otherKindAfterFailure,
  againAfterInterruption,
  againBeforeFailure,
  quoteOfFailure,
  parallelTools,
  backgroundShell,
  singleChild,
  restingParent,
  waitingParent,
  fork,
  reportsTwice,
  messageWhileRunning,
  ownReport,
  teamOfOne,
  sequentialHeadless,
  overClear,
  tooShortToOverlap,
  separateSessions,
  codexReview,
  codexSequential,
}
