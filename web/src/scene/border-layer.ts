/** The light that a zone throws on the ground around it: in its trim, and in the colour of its status where it needs a person. */
import { AdditiveBlending, BufferAttribute, BufferGeometry, DoubleSide } from "three"
import { HEX_RADIUS } from "../layout/hex.ts"
import { createInstancedLayer } from "./instanced-layer.ts"
import type { Layer, SharedUniforms } from "./layer.ts"
import { STATUS_GLSL, toGlsl } from "./status-glsl.ts"
import { SLAB_HEIGHT } from "./zone-layer.ts"
import type { ZoneTexture } from "./zone-texture.ts"

const REACH = 6.5

/** Makes the layer. */
export function createBorderLayer(uniforms: SharedUniforms, texture: ZoneTexture): Layer {
  return createInstancedLayer({
    name: "borders",
    geometry: skirt(),
    uniforms,
    texture,
    renderOrder: 1,
    material: { transparent: true, depthWrite: false, blending: AdditiveBlending, side: DoubleSide },
    vertexShader: /* glsl */ `
attribute float outward;
varying float vOutward;
flat varying int vSlot;
void main() {
  vSlot = gl_InstanceID;
  vec4 place = zoneTexel(vSlot, 0);
  vOutward = outward;
  float rise = zoneRise(place);
  vec3 at = position * mix(0.6, 1.0, rise) + vec3(place.x, ${toGlsl(-SLAB_HEIGHT + 0.03)}, place.y);
  gl_Position = projectionMatrix * viewMatrix * vec4(at, 1.0);
}`,
    fragmentShader: /* glsl */ `
varying float vOutward;
flat varying int vSlot;
${STATUS_GLSL}
void main() {
  vec4 place = zoneTexel(vSlot, 0);
  vec4 state = zoneTexel(vSlot, 1);
  int status = int(state.x + 0.5);
  vec3 trim = zoneTexel(vSlot, 2).rgb;
  vec3 colour = status == WAITING || status == STALLED ? mix(trim, statusColour(status), 0.85) * 1.5 : trim;
  if (status == OFFLINE) colour = vec3(0.05, 0.06, 0.08);
  float falloff = pow(1.0 - vOutward, 2.6);
  gl_FragColor = vec4(mix(colour, vec3(dot(colour, vec3(0.33))) * 0.5, uStale) * falloff * 0.34 * zoneRise(place), 1.0);
}`,
  })
}

/** A flat ring from the slab's rim outwards; `outward` runs from 0 at the rim to 1 at its end. */
function skirt(): BufferGeometry {
  const corners: number[] = []
  const outward: number[] = []
  const index: number[] = []
  for (let i = 0; i <= 6; i++) {
    const angle = (i / 6) * 2 * Math.PI
    for (const [radius, share] of [
      [HEX_RADIUS - 0.2, 0],
      [HEX_RADIUS + REACH, 1],
    ] as const) {
      corners.push(Math.sin(angle) * radius, 0, Math.cos(angle) * radius)
      outward.push(share)
    }
    if (i < 6) index.push(i * 2, i * 2 + 1, i * 2 + 2, i * 2 + 2, i * 2 + 1, i * 2 + 3)
  }
  const geometry = new BufferGeometry()
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(corners), 3))
  geometry.setAttribute("outward", new BufferAttribute(new Float32Array(outward), 1))
  geometry.setIndex(index)
  return geometry
}
