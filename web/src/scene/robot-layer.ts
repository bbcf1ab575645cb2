/**
 * One robot per zone, all in one draw. Where it stands comes from the zone texture; what its arms and head do is worked out in the shader
 * from its mood: it works with both arms, looks up while it thinks, and raises a hand when it needs a person.
 */
import { createInstancedLayer } from "./instanced-layer.ts"
import type { Layer, SharedUniforms } from "./layer.ts"
import { SOLID_GLSL } from "./model-parts.ts"
import { ROBOT_PARTS, buildRobot } from "./robot-model.ts"
import { STATUS_GLSL } from "./status-glsl.ts"
import { MOODS, type ZoneTexture } from "./zone-texture.ts"

/** How much larger than its model the robot is drawn. */
const SCALE = "2.1"

/** Makes the layer. */
export function createRobotLayer(uniforms: SharedUniforms, texture: ZoneTexture): Layer {
  return createInstancedLayer({
    name: "robots",
    geometry: buildRobot(),
    uniforms,
    texture,
    vertexShader: /* glsl */ `
attribute vec3 tint;
attribute vec2 part;
varying vec3 vColour;
uniform float uMotion;
${STATUS_GLSL}
${SOLID_GLSL}
mat3 aboutX(float a) { float c = cos(a), s = sin(a); return mat3(1.0, 0.0, 0.0, 0.0, c, s, 0.0, -s, c); }
mat3 aboutY(float a) { float c = cos(a), s = sin(a); return mat3(c, 0.0, -s, 0.0, 1.0, 0.0, s, 0.0, c); }
mat3 aboutZ(float a) { float c = cos(a), s = sin(a); return mat3(c, s, 0.0, -s, c, 0.0, 0.0, 0.0, 1.0); }
void main() {
  vec4 place = zoneTexel(gl_InstanceID, 0);
  vec4 state = zoneTexel(gl_InstanceID, 1);
  vec4 trimAgent = zoneTexel(gl_InstanceID, 2);
  vec4 robot = zoneTexel(gl_InstanceID, 3);
  vec4 extra = zoneTexel(gl_InstanceID, 4);
  int status = int(state.x + 0.5);
  int mood = int(robot.w + 0.5);
  int piece = int(part.x + 0.5);
  float rise = zoneRise(place);
  float t = (uTime + extra.x * 20.0) * uMotion;
  vec3 hue = statusColour(status);

  vec3 at = position;
  vec3 n = normal;
  bool hidden = piece == ${ROBOT_PARTS.thought} && mood != ${MOODS.thinking};
  float hop = 0.0;
  if (mood == ${MOODS.walking}) hop = abs(sin(t * 11.0)) * 0.05;
  if (mood == ${MOODS.working}) hop = abs(sin(t * 6.0)) * 0.025;
  if (mood == ${MOODS.thinking}) hop = sin(t * 2.4) * 0.02 + 0.02;

  if (piece == ${ROBOT_PARTS.leftArm} || piece == ${ROBOT_PARTS.rightArm}) {
    float side = piece == ${ROBOT_PARTS.leftArm} ? -1.0 : 1.0;
    float swing = 0.0;
    float lift = side * 0.12;
    if (mood == ${MOODS.walking}) swing = sin(t * 11.0) * 0.7 * side;
    if (mood == ${MOODS.working}) swing = -1.25 + sin(t * 9.0 + side * 1.4) * 0.4;
    if (mood == ${MOODS.thinking} && side > 0.0) swing = -2.0;
    if (mood == ${MOODS.asking} && side > 0.0) { lift = 2.75 + sin(t * 6.0) * 0.22 * step(uTime - state.y, 4.0); swing = 0.0; }
    if (mood == ${MOODS.gone}) swing = 0.25;
    vec3 pivot = vec3(side * 0.3, 0.46, 0.0);
    mat3 turn = aboutZ(lift) * aboutX(swing);
    at = turn * (at - pivot) + pivot;
    n = turn * n;
  }
  if (piece == ${ROBOT_PARTS.head} || piece == ${ROBOT_PARTS.eyes} || piece == ${ROBOT_PARTS.tip}) {
    vec3 pivot = vec3(0.0, 0.66, 0.0);
    float nod = 0.0;
    if (mood == ${MOODS.working}) nod = 0.2 + sin(t * 4.5) * 0.06;
    if (mood == ${MOODS.thinking}) nod = -0.22;
    if (mood == ${MOODS.gone}) nod = 0.55;
    mat3 turn = aboutX(nod);
    at = turn * (at - pivot) + pivot;
    n = turn * n;
  }
  if (piece == ${ROBOT_PARTS.thought}) {
    float order = floor((at.x - 0.22) / 0.17);
    at.y += sin(t * 3.0 - order * 1.1) * 0.05;
  }

  vec3 shell = trimAgent.a > 1.5 ? vec3(0.46, 0.5, 0.6) : vec3(1.0);
  vec3 colour = tint * (piece == ${ROBOT_PARTS.head} || piece == ${ROBOT_PARTS.body} || piece == ${ROBOT_PARTS.leftArm} || piece == ${ROBOT_PARTS.rightArm} ? shell : vec3(1.0));
  if (piece == ${ROBOT_PARTS.trim}) colour = trimAgent.rgb;
  mat3 facing = aboutY(robot.z);
  n = facing * n;
  vec3 lit = shadeSolid(colour, n) * 1.08;
  bool off = mood == ${MOODS.gone};
  if (piece == ${ROBOT_PARTS.eyes} || piece == ${ROBOT_PARTS.tip} || piece == ${ROBOT_PARTS.thought}) lit = off ? vec3(0.14, 0.17, 0.22) : mix(hue, vec3(1.0), piece == ${ROBOT_PARTS.thought} ? 0.75 : 0.25);
  else lit = mix(lit, colour, part.y * (off ? 0.0 : 0.8));
  if (off) lit = mix(lit, vec3(dot(lit, vec3(0.33))), 0.8) * 0.42;
  vColour = mix(lit, vec3(dot(lit, vec3(0.33))) * 0.8, uStale * 0.85);

  float grown = clamp(rise * 2.0 - 1.0, 0.0, 1.0);
  /* In the middle it stands on the pedestal. */
  float floorHeight = mix(0.25, 0.0, smoothstep(0.9, 1.4, length(robot.xy)));
  vec3 world = facing * (at + vec3(0.0, hop, 0.0)) * ${SCALE} * grown + vec3(place.x + robot.x, floorHeight, place.y + robot.y);
  gl_Position = hidden || grown <= 0.001 ? vec4(2.0, 2.0, 2.0, 1.0) : projectionMatrix * viewMatrix * vec4(world, 1.0);
}`,
    fragmentShader: /* glsl */ `
varying vec3 vColour;
void main() { gl_FragColor = vec4(vColour, 1.0); }`,
  })
}
