/** The ground: one large plane with the lines of the hexagons, fading into the dark away from the zones. */
import { Mesh, PlaneGeometry, ShaderMaterial, Vector3 } from "three"
import { HEX_RADIUS } from "../layout/hex.ts"
import { BACKGROUND, channels } from "../theme/colours.ts"
import type { Layer, SharedUniforms } from "./layer.ts"
import { toGlsl } from "./status-glsl.ts"
import { SLAB_HEIGHT } from "./zone-layer.ts"

const SIZE = 2400

/** The ground, and how far its lines can be seen. */
export interface GridLayer extends Layer {
  /** Centre and radius of what is inhabited, in world units. */
  setExtent(x: number, z: number, radius: number): void
}

/** Makes the layer. */
export function createGridLayer(uniforms: SharedUniforms): GridLayer {
  const extent = { value: new Vector3(0, 0, 20) }
  const geometry = new PlaneGeometry(SIZE, SIZE).rotateX(-Math.PI / 2)
  const material = new ShaderMaterial({
    uniforms: { uStale: uniforms.uStale, uExtent: extent },
    vertexShader: /* glsl */ `
varying vec2 vGround;
void main() {
  vGround = position.xz;
  gl_Position = projectionMatrix * viewMatrix * vec4(position.x, ${toGlsl(-SLAB_HEIGHT)}, position.z, 1.0);
}`,
    fragmentShader: /* glsl */ `
uniform vec3 uExtent;
uniform float uStale;
varying vec2 vGround;
const float R = ${toGlsl(HEX_RADIUS)};
/* Distance to the nearest line of a pointy-top honeycomb: of two interleaved rectangular lattices the nearer centre counts. */
float honeycomb(vec2 p) {
  vec2 pitch = vec2(1.7320508 * R, 3.0 * R);
  vec2 a = mod(p + pitch * 0.5, pitch) - pitch * 0.5;
  vec2 b = mod(p, pitch) - pitch * 0.5;
  vec2 c = abs(dot(a, a) < dot(b, b) ? a : b);
  return 0.8660254 * R - max(c.x, c.x * 0.5 + c.y * 0.8660254);
}
void main() {
  float away = length(vGround - uExtent.xy);
  float near = 1.0 - smoothstep(uExtent.z * 0.55, uExtent.z + 75.0, away);
  float edge = honeycomb(vGround);
  float width = fwidth(edge);
  float crisp = (1.0 - smoothstep(0.06, 0.06 + width * 1.3, edge)) * min(1.0, 0.16 / max(width, 0.0001));
  float glow = exp(-edge * 0.9);
  vec3 base = vec3(${channels(BACKGROUND).map(toGlsl).join(", ")});
  vec3 colour = base + vec3(0.012, 0.022, 0.045) * near;
  vec3 lines = mix(vec3(0.16, 0.42, 0.66), vec3(0.3), uStale * 0.8);
  colour += lines * near * near * (crisp * 0.34 + glow * 0.055);
  gl_FragColor = vec4(colour, 1.0);
}`,
  })
  const mesh = new Mesh(geometry, material)
  mesh.name = "grid"
  mesh.frustumCulled = false
  mesh.renderOrder = -1
  return {
    object: mesh,
    apply() {},
    setExtent(x, z, radius) {
      extent.value.set(x, z, radius)
    },
    dispose() {
      geometry.dispose()
      material.dispose()
    },
  }
}
