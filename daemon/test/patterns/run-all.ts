import type { Child } from "./actor.ts"
import type { Scene } from "./scene.ts"

/** All run side by side to their ends, in any order. */
export function runAll(scene: Scene, children: readonly Child[], failing = 0): void {
  for (const child of scene.dice.shuffled(children)) child.work(scene.dice.between(1, 2))
  scene.dice.shuffled(children).forEach((child, index) => {
    scene.wait(100, 5000)
    child.finish(index < failing ? "failed" : "done")
  })
}
