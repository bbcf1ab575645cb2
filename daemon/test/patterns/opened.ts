// Where a family plays: in a session of its own, or in one that plays several, one after the other.

import { Session } from "./actor.ts"
import type { Scene } from "./scene.ts"

const shared = new WeakMap<Scene, Session>()

/** From now on the families of Claude Code play in one session. */
export function shareSession(scene: Scene): void {
  shared.set(scene, new Session(scene, "claude"))
}

/** A session at the start of a turn. */
export function opened(scene: Scene, agent: "claude" | "codex" = "claude"): Session {
  const session = (agent === "claude" ? shared.get(scene) : undefined) ?? new Session(scene, agent)
  session.turn()
  if (scene.dice.chance(0.6)) session.work(scene.dice.between(1, 3))
  return session
}
