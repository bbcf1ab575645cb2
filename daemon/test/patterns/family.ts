// One way to work, or not to work, together: plays it in a scene and says what is then true.

import type { Scene } from "./scene.ts"

export type Family = (scene: Scene) => void
