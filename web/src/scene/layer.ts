/** What every part of the picture has in common. */
import type { Object3D, Vector2 } from "three"
import type { DataTexture } from "three"
import type { ZoneView } from "./zone-view.ts"

/** Uniforms that all shaders share; changing a value changes them all. */
export interface SharedUniforms {
  readonly uZones: { value: DataTexture }
  /** Seconds since the world was made. */
  readonly uTime: { value: number }
  /** Size of the picture in CSS pixels. */
  readonly uViewport: { value: Vector2 }
  /** 1 while what is shown may be out of date. */
  readonly uStale: { value: number }
  /** 0 stops every endless motion. */
  readonly uMotion: { value: number }
}

/** What changed since the last time. */
export interface ZoneChanges {
  /** All zones that are drawn, by id. */
  readonly zones: ReadonlyMap<string, ZoneView>
  readonly changed: ReadonlySet<string>
}

/** One draw of the picture. */
export interface Layer {
  readonly object: Object3D
  /** Takes over what changed. */
  apply(changes: ZoneChanges): void
  dispose(): void
}
