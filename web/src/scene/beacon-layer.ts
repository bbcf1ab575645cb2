/**
 * The status of a zone as a shape that floats over it and faces the viewer: the same shapes as in the list. A session that needs
 * a person also sends a column of light up, which is seen from far away.
 */
import { AdditiveBlending, CylinderGeometry, Group, PlaneGeometry } from "three"
import { createInstancedLayer } from "./instanced-layer.ts"
import type { Layer, SharedUniforms } from "./layer.ts"
import { STATUS_GLSL } from "./status-glsl.ts"
import type { ZoneTexture } from "./zone-texture.ts"

/** Height of the shape's middle over the floor, in world units. */
export const BEACON_HEIGHT = 4.3

/** Makes the layer. */
export function createBeaconLayer(uniforms: SharedUniforms, texture: ZoneTexture): Layer {
  const shapes = createInstancedLayer({
    name: "beacons",
    geometry: new PlaneGeometry(2, 2),
    uniforms,
    texture,
    renderOrder: 4,
    material: { transparent: true, depthWrite: false },
    vertexShader: /* glsl */ `
uniform vec2 uViewport;
varying vec2 vAt;
flat varying int vSlot;
void main() {
  vSlot = gl_InstanceID;
  vAt = position.xy * 1.7;
  vec4 place = zoneTexel(vSlot, 0);
  float rise = zoneRise(place);
  vec4 view = viewMatrix * vec4(place.x, ${BEACON_HEIGHT.toFixed(2)} * rise, place.y, 1.0);
  /* Never smaller on the screen than can be told apart. */
  float pixelsPerUnit = projectionMatrix[1][1] * uViewport.y * 0.5 / max(0.1, -view.z);
  float radius = max(0.56, 6.0 / pixelsPerUnit) * rise;
  view.xy += position.xy * 1.7 * radius;
  gl_Position = projectionMatrix * view;
}`,
    fragmentShader: /* glsl */ `
varying vec2 vAt;
flat varying int vSlot;
${STATUS_GLSL}
float box(vec2 p, vec2 b) { vec2 d = abs(p) - b; return length(max(d, 0.0)) + min(max(d.x, d.y), 0.0); }
float triangle(vec2 p, float r) {
  p.y += 0.22 * r;
  vec2 q = vec2(abs(p.x), p.y);
  return max(dot(q, vec2(0.8660254, 0.5)) - r * 0.62, -p.y - r * 0.62);
}
void main() {
  vec4 state = zoneTexel(vSlot, 1);
  int status = int(state.x + 0.5);
  vec2 p = vAt;
  float d;
  if (status == WAITING) {
    d = triangle(p, 1.12) - 0.12;
    float mark = min(box(p - vec2(0.0, 0.02), vec2(0.1, 0.3)), length(p - vec2(0.0, -0.55)) - 0.13);
    d = max(d, -mark);
  } else if (status == WORKING) d = length(p) - 0.62;
  else if (status == STARTING) d = min(abs(length(p) - 0.62) - 0.1, max(length(p) - 0.62, p.x));
  else if (status == IDLE) d = abs(length(p) - 0.6) - 0.15;
  else if (status == STALLED) d = box(p, vec2(0.56)) - 0.06;
  else if (status == OFFLINE) { vec2 r = vec2(p.x + p.y, p.y - p.x) * 0.7071; d = min(box(r, vec2(0.74, 0.13)), box(r, vec2(0.13, 0.74))); }
  else { d = length(p) - 0.66; float stripe = abs(fract((p.x + p.y) * 1.9) - 0.5) - 0.2; d = max(d, -min(stripe * 0.4, -(abs(length(p) - 0.6) - 0.08)) ); }
  float soft = fwidth(d);
  float round = 1.0 + 0.22 * smoothstep(1.1, 0.0, length(p - vec2(-0.25, 0.3))) - 0.12 * smoothstep(0.3, 0.9, length(p - vec2(-0.1, 0.15)));
  float inside = 1.0 - smoothstep(-soft, soft, d);
  vec3 hue = statusColour(status);
  hue = mix(hue, vec3(dot(hue, vec3(0.33))), uStale * 0.85) * round;
  float dark = 1.0 - smoothstep(0.1 - soft, 0.14 + soft, d);
  float glow = status == OFFLINE ? 0.0 : exp(-max(d, 0.0) * 3.4) * 0.34;
  float alpha = max(max(inside, dark * 0.7), glow * smoothstep(1.7, 1.1, length(p)));
  if (alpha < 0.01) discard;
  gl_FragColor = vec4(mix(mix(hue, vec3(0.03, 0.05, 0.09), dark * (1.0 - inside)), hue, inside), alpha * zoneRise(zoneTexel(vSlot, 0)));
}`,
  })
  const columns = createInstancedLayer({
    name: "columns",
    geometry: new CylinderGeometry(1.2, 1.75, 1, 24, 1, true).translate(0, 0.5, 0),
    uniforms,
    texture,
    renderOrder: 3,
    material: { transparent: true, depthWrite: false, blending: AdditiveBlending },
    vertexShader: /* glsl */ `
varying float vUp;
varying float vFacing;
varying vec3 vHue;
uniform float uMotion;
${STATUS_GLSL}
void main() {
  vec4 place = zoneTexel(gl_InstanceID, 0);
  vec4 state = zoneTexel(gl_InstanceID, 1);
  int status = int(state.x + 0.5);
  float sinceS = uTime - state.y;
  float tall = status == WAITING ? 17.0 : status == STALLED ? 9.0 : 0.0;
  float grow = mix(1.0, smoothstep(0.0, 0.7, sinceS), uMotion);
  float beat = sinceS < 4.0 ? 0.75 + 0.25 * cos(sinceS * 6.2831853 * 0.75) * uMotion : 1.0;
  vUp = position.y;
  vHue = statusColour(status) * beat;
  vHue = mix(vHue, vec3(dot(vHue, vec3(0.33))) * 0.5, uStale);
  vec4 view = viewMatrix * vec4(position * vec3(1.0, tall * grow * zoneRise(place), 1.0) + vec3(place.x, 0.2, place.y), 1.0);
  vFacing = abs(normalize((viewMatrix * vec4(normal, 0.0)).xyz).z);
  gl_Position = tall == 0.0 ? vec4(2.0, 2.0, 2.0, 1.0) : projectionMatrix * view;
}`,
    fragmentShader: /* glsl */ `
varying float vUp;
varying float vFacing;
varying vec3 vHue;
void main() {
  float fade = pow(1.0 - vUp, 1.7) * pow(vFacing, 1.6);
  gl_FragColor = vec4(vHue * fade * 0.62, 1.0);
}`,
  })
  const group = new Group()
  group.name = "status"
  group.add(columns.object, shapes.object)
  return {
    object: group,
    apply(changes) {
      shapes.apply(changes)
      columns.apply(changes)
    },
    dispose() {
      shapes.dispose()
      columns.dispose()
    },
  }
}
