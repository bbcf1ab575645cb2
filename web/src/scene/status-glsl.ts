/** The status colours for shaders, made from the one table of colours. */
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { channels, statusColour } from "../theme/colours.ts"

const ALL = [
  Status.UNSPECIFIED,
  Status.STARTING,
  Status.WORKING,
  Status.WAITING,
  Status.IDLE,
  Status.STALLED,
  Status.OFFLINE,
  Status.ENDED,
  Status.UNKNOWN,
]

/** `statusColour(int)` and the numbers of the statuses. */
export const STATUS_GLSL = /* glsl */ `
const int STARTING = ${Status.STARTING};
const int WORKING = ${Status.WORKING};
const int WAITING = ${Status.WAITING};
const int IDLE = ${Status.IDLE};
const int STALLED = ${Status.STALLED};
const int OFFLINE = ${Status.OFFLINE};
const int UNKNOWN = ${Status.UNKNOWN};
vec3 statusColour(int status) {
${ALL.map((status) => `  if (status == ${status}) return vec3(${channels(statusColour(status)).map(toGlsl).join(", ")});`).join("\n")}
  return vec3(0.7);
}
`

/** GLSL literal of a number; GLSL wants its point. */
export function toGlsl(value: number): string {
  return value.toFixed(4)
}
