/** A layer with one instance per zone that reads everything from the zone texture: it only has to know how many zones there are. */
import { type BufferGeometry, InstancedBufferGeometry, Mesh, ShaderMaterial, type ShaderMaterialParameters } from "three"
import type { Layer, SharedUniforms } from "./layer.ts"
import { ZONE_GLSL, type ZoneTexture } from "./zone-texture.ts"

/** What such a layer draws. */
export interface InstancedLayerOptions {
  readonly name: string
  readonly geometry: BufferGeometry
  readonly uniforms: SharedUniforms
  readonly texture: ZoneTexture
  /** Body of the shaders; ZONE_GLSL stands before both. */
  readonly vertexShader: string
  readonly fragmentShader: string
  readonly material?: Partial<ShaderMaterialParameters>
  /** Instances per zone. Default 1. */
  readonly perZone?: number
  readonly renderOrder?: number
}

/** Makes the layer. It owns the geometry. */
export function createInstancedLayer(options: InstancedLayerOptions): Layer {
  const { geometry, uniforms, texture, perZone = 1, renderOrder = 0 } = options
  const instanced = new InstancedBufferGeometry()
  instanced.index = geometry.index
  for (const [name, attribute] of Object.entries(geometry.attributes)) instanced.setAttribute(name, attribute)
  instanced.instanceCount = 0
  const material = new ShaderMaterial({
    uniforms: { ...uniforms },
    vertexShader: `${ZONE_GLSL}\n${options.vertexShader}`,
    fragmentShader: `${ZONE_GLSL}\n${options.fragmentShader}`,
    ...options.material,
  })
  const mesh = new Mesh(instanced, material)
  mesh.name = options.name
  mesh.frustumCulled = false
  mesh.renderOrder = renderOrder
  return {
    object: mesh,
    apply() {
      instanced.instanceCount = texture.count * perZone
    },
    dispose() {
      instanced.dispose()
      geometry.dispose()
      material.dispose()
    },
  }
}
