/** The robot: about one unit tall before its layer makes it larger. Its parts are numbered so that the shader can move them. */
import type { BufferGeometry } from "three"
import { createModelBuilder } from "./model-parts.ts"

/** Numbers of the robot's moving parts. */
export const ROBOT_PARTS = { body: 0, head: 1, leftArm: 2, rightArm: 3, eyes: 4, trim: 5, thought: 6, tip: 7 } as const

const SHELL = 0xdfe6f3
const JOINT = 0x55627a
const VISOR = 0x0c1424

/** The robot facing +z, standing on y = 0. */
export function buildRobot(): BufferGeometry {
  const m = createModelBuilder()
  m.group(ROBOT_PARTS.body)
  m.tube([0.2, 0.12], 0.1, JOINT, { at: [0, 0.1, 0] }, 0, 12)
  m.ball(0.27, SHELL, { at: [0, 0.36, 0], size: [1, 0.92, 0.88] })
  m.tube([0.09, 0.12], 0.1, JOINT, { at: [0, 0.6, 0] })
  m.group(ROBOT_PARTS.trim)
  m.ring(0.255, 0.03, 0xffffff, { at: [0, 0.36, 0], turn: [Math.PI / 2, 0, 0], size: [1, 0.88, 1] }, 0.4)
  m.tube([0.17, 0.2], 0.04, 0xffffff, { at: [0, 0.04, 0] }, 0.5, 12)
  m.group(ROBOT_PARTS.head)
  m.ball(0.3, SHELL, { at: [0, 0.85, 0], size: [1.08, 0.9, 0.95] }, 0, 16)
  m.ball(0.26, VISOR, { at: [0, 0.86, 0.075], size: [0.98, 0.66, 0.96] }, 0, 14)
  for (const x of [-0.32, 0.32]) m.tube([0.09, 0.09], 0.08, JOINT, { at: [x, 0.86, 0], turn: [0, 0, Math.PI / 2] }, 0, 8)
  m.tube([0.018, 0.025], 0.22, JOINT, { at: [0, 1.2, 0] }, 0, 5)
  m.group(ROBOT_PARTS.tip)
  m.ball(0.055, 0xffffff, { at: [0, 1.33, 0] }, 1, 8)
  m.group(ROBOT_PARTS.eyes)
  for (const x of [-0.105, 0.105]) m.ball(0.055, 0xffffff, { at: [x, 0.88, 0.31], size: [0.9, 1.25, 0.5] }, 1, 8)
  for (const [part, x] of [
    [ROBOT_PARTS.leftArm, -0.3],
    [ROBOT_PARTS.rightArm, 0.3],
  ] as const) {
    m.group(part)
    m.ball(0.075, JOINT, { at: [x, 0.46, 0] }, 0, 8)
    m.tube([0.055, 0.06], 0.26, SHELL, { at: [x * 1.08, 0.31, 0] }, 0, 8)
    m.ball(0.075, JOINT, { at: [x * 1.1, 0.16, 0] }, 0, 8)
  }
  m.group(ROBOT_PARTS.thought)
  for (const [i, radius] of [0.05, 0.075, 0.1].entries()) {
    m.ball(radius, 0xffffff, { at: [0.3 + i * 0.17, 1.15 + i * 0.2, 0] }, 1, 8)
  }
  return m.build()
}
