/** The furniture of all zones in one draw. The station in use is lit in the colour of the status; an offline zone lies in the dark. */
import { createInstancedLayer } from "./instanced-layer.ts"
import type { Layer, SharedUniforms } from "./layer.ts"
import { SOLID_GLSL } from "./model-parts.ts"
import { buildStations } from "./station-models.ts"
import { STATUS_GLSL } from "./status-glsl.ts"
import type { ZoneTexture } from "./zone-texture.ts"

/** Makes the layer. */
export function createStationLayer(uniforms: SharedUniforms, texture: ZoneTexture): Layer {
  return createInstancedLayer({
    name: "stations",
    geometry: buildStations(),
    uniforms,
    texture,
    vertexShader: /* glsl */ `
attribute vec3 tint;
attribute vec2 part;
varying vec3 vColour;
uniform float uMotion;
${STATUS_GLSL}
${SOLID_GLSL}
void main() {
  vec4 place = zoneTexel(gl_InstanceID, 0);
  vec4 state = zoneTexel(gl_InstanceID, 1);
  int status = int(state.x + 0.5);
  float rise = zoneRise(place);
  bool inUse = int(floor(state.w + 0.5)) == int(part.x + 0.5) && part.x < 8.5;
  bool offline = status == OFFLINE;
  vec3 lit = shadeSolid(tint * 1.06, normal);
  vec3 hue = statusColour(status);
  float glow = part.y * (offline ? 0.12 : inUse ? 1.0 : 0.45);
  vec3 colour = mix(lit, tint, min(1.0, glow));
  if (inUse && !offline) {
    float breath = 0.85 + 0.15 * sin(uTime * 4.0) * uMotion;
    colour = colour * 1.25 + hue * (0.16 + part.y * 0.35) * breath;
  }
  if (offline) colour = mix(colour, vec3(dot(colour, vec3(0.33))), 0.75) * 0.5;
  if (status == UNKNOWN) colour = mix(colour, vec3(dot(colour, vec3(0.33))), 0.6) * 0.8;
  vColour = mix(colour, vec3(dot(colour, vec3(0.33))) * 0.8, uStale * 0.85);
  /* Furniture grows out of the floor a little after the floor itself. */
  float grown = clamp(rise * 1.6 - 0.6, 0.0, 1.0);
  vec3 at = position * vec3(1.0, grown, 1.0);
  gl_Position = grown <= 0.001 ? vec4(2.0, 2.0, 2.0, 1.0) : projectionMatrix * viewMatrix * vec4(at + vec3(place.x, 0.0, place.y), 1.0);
}`,
    fragmentShader: /* glsl */ `
varying vec3 vColour;
void main() { gl_FragColor = vec4(vColour, 1.0); }`,
  })
}
