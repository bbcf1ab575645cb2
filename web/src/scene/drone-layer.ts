/** Subagents at work: small lights that circle over the portal of the session that started them, up to eight of them. */
import { IcosahedronGeometry } from "three"
import { createInstancedLayer } from "./instanced-layer.ts"
import type { Layer, SharedUniforms } from "./layer.ts"
import { stationPlace } from "./stations.ts"
import { STATUS_GLSL, toGlsl } from "./status-glsl.ts"
import type { ZoneTexture } from "./zone-texture.ts"

const MOST = 8

/** Makes the layer. */
export function createDroneLayer(uniforms: SharedUniforms, texture: ZoneTexture): Layer {
  const { x, z } = stationPlace("portal")
  return createInstancedLayer({
    name: "drones",
    geometry: new IcosahedronGeometry(0.3, 0),
    uniforms,
    texture,
    perZone: MOST,
    vertexShader: /* glsl */ `
varying vec3 vColour;
uniform float uMotion;
${STATUS_GLSL}
void main() {
  int slot = gl_InstanceID / ${MOST};
  float number = float(gl_InstanceID % ${MOST});
  vec4 place = zoneTexel(slot, 0);
  vec4 extra = zoneTexel(slot, 4);
  float count = min(extra.z, float(${MOST}));
  float angle = (number / max(1.0, count)) * 6.2831853 + uTime * 0.9 * uMotion + extra.x * 6.0;
  vec3 centre = vec3(${toGlsl(x)}, 3.3, ${toGlsl(z)});
  vec3 at = position + centre + vec3(cos(angle) * 1.25, sin(angle * 2.0 + number) * 0.18, sin(angle) * 1.25);
  vec3 trim = zoneTexel(slot, 2).rgb;
  float light = 0.55 + 0.45 * max(0.0, dot(normal, normalize(vec3(0.5, 0.8, 0.42))));
  vColour = mix(mix(statusColour(WORKING), vec3(1.0), 0.35) * light, vec3(0.4), uStale * 0.8) + trim * 0.1;
  gl_Position = number >= count ? vec4(2.0, 2.0, 2.0, 1.0) : projectionMatrix * viewMatrix * vec4(at * vec3(1.0, zoneRise(place), 1.0) + vec3(place.x, 0.0, place.y), 1.0);
}`,
    fragmentShader: /* glsl */ `
varying vec3 vColour;
void main() { gl_FragColor = vec4(vColour, 1.0); }`,
  })
}
