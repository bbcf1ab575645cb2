/** Arcs from a session to the ones it started. Light travels along an arc while the started one works. */
import {
  AdditiveBlending,
  BufferAttribute,
  BufferGeometry,
  DoubleSide,
  DynamicDrawUsage,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  ShaderMaterial,
} from "three"
import { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import type { GroundPoint } from "../layout/hex.ts"
import type { Layer, SharedUniforms } from "./layer.ts"

const STEPS = 40

/** Where zones are, as the layer must know it. */
export type PlaceOf = (id: string) => GroundPoint | undefined

/** Arcs, and how many there are. */
export interface LinkLayer extends Layer {
  /** True while light travels along at least one arc. */
  moving(): boolean
  count(): number
}

/** Makes the layer. */
export function createLinkLayer(uniforms: SharedUniforms, placeOf: PlaceOf): LinkLayer {
  const geometry = new InstancedBufferGeometry()
  const ribbon = makeRibbon()
  geometry.index = ribbon.index
  geometry.setAttribute("position", ribbon.getAttribute("position"))
  geometry.instanceCount = 0
  const material = new ShaderMaterial({
    uniforms: { ...uniforms },
    transparent: true,
    depthWrite: false,
    blending: AdditiveBlending,
    side: DoubleSide,
    vertexShader: /* glsl */ `
attribute vec4 ends;
attribute float flow;
uniform vec2 uViewport;
varying float vAlong;
varying float vAcross;
varying float vFlow;
vec3 arc(float s) {
  vec2 ground = mix(ends.xy, ends.zw, s);
  float span = distance(ends.xy, ends.zw);
  return vec3(ground.x, 1.2 + 4.0 * s * (1.0 - s) * (2.5 + span * 0.16), ground.y);
}
void main() {
  float s = position.x;
  vec4 here = projectionMatrix * viewMatrix * vec4(arc(s), 1.0);
  vec4 next = projectionMatrix * viewMatrix * vec4(arc(s + 0.01), 1.0);
  vec2 way = (next.xy / next.w - here.xy / here.w) * uViewport;
  vec2 aside = normalize(vec2(-way.y, way.x) + 1e-6);
  here.xy += aside * position.y * 6.0 / uViewport * here.w;
  vAlong = s;
  vAcross = position.y;
  vFlow = flow;
  gl_Position = here;
}`,
    fragmentShader: /* glsl */ `
uniform float uTime;
uniform float uMotion;
uniform float uStale;
varying float vAlong;
varying float vAcross;
varying float vFlow;
void main() {
  float body = exp(-vAcross * vAcross * 5.0);
  float pulse = 0.0;
  if (vFlow > 0.5) {
    float at = fract(vAlong * 2.0 - uTime * 0.45);
    pulse = mix(0.35, smoothstep(0.55, 1.0, at), uMotion);
  }
  vec3 colour = mix(vec3(0.42, 0.5, 0.86), vec3(0.35, 0.92, 1.0), pulse);
  colour = mix(colour, vec3(0.3), uStale * 0.8);
  gl_FragColor = vec4(colour * body * (0.55 + pulse * 1.1), 1.0);
}`,
  })
  const mesh = new Mesh(geometry, material)
  mesh.name = "links"
  mesh.frustumCulled = false
  mesh.renderOrder = 2
  let moving = false
  let capacity = 0

  return {
    object: mesh,
    moving: () => moving,
    count: () => geometry.instanceCount,
    apply({ zones }) {
      const ends: number[] = []
      const flows: number[] = []
      moving = false
      for (const zone of zones.values()) {
        if (zone.parentId === undefined) continue
        const from = placeOf(zone.parentId)
        const to = placeOf(zone.id)
        if (!from || !to) continue
        const flows1 = zone.status === Status.WORKING || zone.status === Status.STARTING
        moving ||= flows1
        ends.push(from.x, from.z, to.x, to.z)
        flows.push(flows1 ? 1 : 0)
      }
      if (flows.length > capacity) {
        // Attributes of an instanced geometry cannot grow in place.
        capacity = Math.max(8, flows.length * 2)
        geometry.setAttribute("ends", new InstancedBufferAttribute(new Float32Array(capacity * 4), 4).setUsage(DynamicDrawUsage))
        geometry.setAttribute("flow", new InstancedBufferAttribute(new Float32Array(capacity), 1).setUsage(DynamicDrawUsage))
      }
      const endsAttribute = geometry.getAttribute("ends")
      const flowAttribute = geometry.getAttribute("flow")
      if (endsAttribute && flowAttribute) {
        endsAttribute.array.set(ends)
        flowAttribute.array.set(flows)
        endsAttribute.needsUpdate = true
        flowAttribute.needsUpdate = true
      }
      geometry.instanceCount = flows.length
      mesh.visible = flows.length > 0
    },
    dispose() {
      geometry.dispose()
      ribbon.dispose()
      material.dispose()
    },
  }
}

/** A strip along x from 0 to 1, with y -1 and 1 at its sides. */
function makeRibbon(): BufferGeometry {
  const points: number[] = []
  const index: number[] = []
  for (let i = 0; i <= STEPS; i++) {
    points.push(i / STEPS, -1, 0, i / STEPS, 1, 0)
    if (i < STEPS) index.push(i * 2, i * 2 + 2, i * 2 + 1, i * 2 + 1, i * 2 + 2, i * 2 + 3)
  }
  const geometry = new BufferGeometry()
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(points), 3))
  geometry.setIndex(index)
  return geometry
}
