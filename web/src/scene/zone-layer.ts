/**
 * The floor of every zone: a hexagonal slab with a glowing rim, the status as a soft light on it, the context window as a ring around
 * the pedestal, the station in use lit from below, and the robot's shadow. Signed distances keep every line crisp at any zoom.
 */
import { CylinderGeometry } from "three"
import { HEX_RADIUS } from "../layout/hex.ts"
import { createInstancedLayer } from "./instanced-layer.ts"
import type { Layer, SharedUniforms } from "./layer.ts"
import { STATIONS, stationPlace } from "./stations.ts"
import { STATUS_GLSL, toGlsl } from "./status-glsl.ts"
import type { ZoneTexture } from "./zone-texture.ts"

/** Height of a zone's slab over the ground, in world units. */
export const SLAB_HEIGHT = 0.9

const APOTHEM = (HEX_RADIUS * Math.sqrt(3)) / 2

const stationPlaces = STATIONS.map((station) => {
  const { x, z } = stationPlace(station)
  return `vec2(${toGlsl(x)}, ${toGlsl(z)})`
}).join(", ")

/** Makes the layer. */
export function createZoneLayer(uniforms: SharedUniforms, texture: ZoneTexture): Layer {
  // A cylinder of six sides has a corner on +z, as a pointy-top cell does; its top lies at y = 0. The bottom is never seen.
  const geometry = new CylinderGeometry(HEX_RADIUS - 0.12, HEX_RADIUS - 0.12, SLAB_HEIGHT, 6, 1).translate(0, -SLAB_HEIGHT / 2, 0)
  return createInstancedLayer({
    name: "zones",
    geometry,
    uniforms,
    texture,
    vertexShader: /* glsl */ `
varying vec3 vLocal;
varying vec3 vNormal;
flat varying int vSlot;
void main() {
  vSlot = gl_InstanceID;
  vec4 place = zoneTexel(vSlot, 0);
  float rise = zoneRise(place);
  vLocal = position;
  vNormal = normal;
  vec3 at = position * vec3(mix(0.7, 1.0, rise), 1.0, mix(0.7, 1.0, rise));
  at.y -= (1.0 - rise) * ${toGlsl(SLAB_HEIGHT + 0.2)};
  gl_Position = projectionMatrix * viewMatrix * vec4(at + vec3(place.x, 0.0, place.y), 1.0);
}`,
    fragmentShader: /* glsl */ `
varying vec3 vLocal;
varying vec3 vNormal;
flat varying int vSlot;
uniform float uMotion;
${STATUS_GLSL}
const vec2 STATION[${STATIONS.length}] = vec2[](${stationPlaces});

float line(float distance, float halfWidth) {
  float soft = fwidth(distance) * 0.9;
  return 1.0 - smoothstep(halfWidth - soft, halfWidth + soft, abs(distance));
}
float hexEdge(vec2 p) {
  p = abs(p);
  return ${toGlsl(APOTHEM)} - max(p.x, p.x * 0.5 + p.y * 0.8660254);
}
void main() {
  vec4 place = zoneTexel(vSlot, 0);
  vec4 state = zoneTexel(vSlot, 1);
  vec4 trimAgent = zoneTexel(vSlot, 2);
  vec4 robot = zoneTexel(vSlot, 3);
  vec4 extra = zoneTexel(vSlot, 4);
  int status = int(state.x + 0.5);
  int marks = int(state.z + 0.5);
  int station = int(floor(state.w + 0.5));
  vec3 trim = trimAgent.rgb;
  vec3 hue = statusColour(status);
  bool offline = status == OFFLINE;
  float rise = zoneRise(place);
  float hovered = (marks & 1) == 1 ? 1.0 : 0.0;
  float selected = (marks & 2) == 2 ? 1.0 : 0.0;
  /* For four seconds after it began to wait a zone beats, then it glows steadily. */
  float sinceS = uTime - state.y;
  float beat = status == WAITING && sinceS < 4.0 ? 0.5 - 0.5 * cos(sinceS * 6.2831853 * 0.75) : 0.0;
  beat *= uMotion;

  if (vNormal.y < 0.5) {
    /* The sides: light runs down from the rim. */
    float down = clamp(-vLocal.y / ${toGlsl(SLAB_HEIGHT)}, 0.0, 1.0);
    vec3 side = mix(trim * (offline ? 0.16 : 0.5) + vec3(0.01, 0.015, 0.03), vec3(0.02, 0.03, 0.055), sqrt(down));
    side += hue * selected * 0.2 * (1.0 - down);
    gl_FragColor = vec4(mix(side, vec3(dot(side, vec3(0.33))), uStale * 0.8) * rise, 1.0);
    return;
  }

  vec2 p = vLocal.xz;
  float edge = hexEdge(p);
  float radius = length(p);

  vec3 colour = mix(vec3(0.082, 0.118, 0.192), vec3(0.043, 0.063, 0.108), smoothstep(0.0, 9.0, radius));
  colour += trim * 0.035;

  /* Faint tiling, as of a worked floor. */
  float rings = abs(fract(edge / 1.35) - 0.5) * 1.35;
  colour += vec3(0.35, 0.5, 0.75) * 0.045 * (1.0 - smoothstep(0.0, 0.03 + fwidth(edge), abs(rings - 0.655))) * smoothstep(0.6, 2.0, edge);
  vec2 q = abs(p);
  float spoke = min(q.x, abs(q.x * 0.5 - q.y * 0.8660254));
  colour += vec3(0.35, 0.5, 0.75) * 0.03 * (1.0 - smoothstep(0.0, 0.03 + fwidth(spoke), spoke)) * smoothstep(2.6, 4.0, radius);

  /* The status as light on the floor, strongest at the rim. */
  float strength = status == WAITING ? 0.4 + 0.25 * beat : status == STALLED ? 0.26 : status == WORKING ? 0.13 : status == IDLE ? 0.07 : status == STARTING ? 0.12 : 0.0;
  colour += hue * strength * (exp(-edge * 0.42) + 0.16 * exp(-radius * 0.25));

  /* Not known: hatched. */
  if (status == UNKNOWN) {
    float stripe = abs(fract((p.x + p.y) * 0.42) - 0.5);
    colour += vec3(0.5, 0.56, 0.66) * 0.16 * smoothstep(0.3, 0.3 - fwidth(stripe) * 1.5 - 0.02, stripe) * smoothstep(0.4, 1.4, edge);
  }

  /* Where the station in use stands the floor is lit. */
  if (station >= 0 && station < 9 && (status == WORKING || status == STALLED || status == WAITING)) {
    vec2 from = p - STATION[station];
    float gap = length(from);
    colour += hue * 0.34 * exp(-gap * gap * 0.24);
    colour += hue * 0.75 * line(gap - 1.95, 0.045);
    /* The way there, drawn on the floor. */
    vec2 direction = normalize(STATION[station]);
    float along = dot(p, direction);
    float aside = abs(dot(p, vec2(-direction.y, direction.x)));
    float reach = length(STATION[station]) - 2.0;
    float inside = step(2.9, along) * step(along, reach);
    colour += hue * 0.4 * inside * (1.0 - smoothstep(0.05, 0.05 + fwidth(aside), aside));
  }

  /* The pedestal's ring tells the status, the outer one how full the context window is. */
  if (!offline) colour += hue * 0.85 * line(radius - 1.75, 0.06) + hue * 0.12 * exp(-max(0.0, radius - 1.4) * 1.1);
  if (extra.y >= 0.0) {
    float angle = atan(p.x, -p.y) / 6.2831853;
    angle = angle < 0.0 ? angle + 1.0 : angle;
    float band = line(radius - 2.35, 0.14);
    float full = step(angle, extra.y);
    vec3 gauge = mix(vec3(0.55, 0.68, 0.95), vec3(1.0), smoothstep(0.75, 0.95, extra.y));
    colour = mix(colour, mix(vec3(0.14, 0.19, 0.3), gauge, full), band * (offline ? 0.35 : 0.85));
  }

  /* The rim: a bright line with its glow inwards; a second, white one where it is chosen. */
  float live = offline ? 0.25 : 1.0;
  colour += trim * live * (0.34 + 0.25 * hovered + 0.25 * selected) * exp(-edge * 1.5);
  colour = mix(colour, mix(trim, vec3(1.0), 0.18) * live, line(edge - 0.22, 0.11) * 0.95);
  colour = mix(colour, vec3(0.92, 0.96, 1.0), selected * line(edge - 0.62, 0.055));
  colour += hue * hovered * 0.05;

  /* The robot's shadow. */
  float shade = length(p - robot.xy);
  colour *= 1.0 - 0.55 * (1.0 - smoothstep(0.25, 1.05, shade));

  if (offline) colour = mix(vec3(dot(colour, vec3(0.3, 0.5, 0.2))), colour, 0.25) * 0.72;
  colour = mix(colour, vec3(dot(colour, vec3(0.3, 0.5, 0.2))) * 0.8, uStale * 0.85);
  gl_FragColor = vec4(colour * mix(0.4, 1.0, rise), 1.0);
}`,
  })
}
