/** The view: looks over all zones, or at the chosen one, and leaves both as soon as the user takes the camera. */
import CameraControls from "camera-controls"
import { Box3, Matrix4, PerspectiveCamera, Plane, Quaternion, Raycaster, Sphere, Spherical, Vector2, Vector3, Vector4 } from "three"
import { HEX_RADIUS, type GroundPoint } from "../layout/hex.ts"
import { type Point3, fitCamera } from "./camera-fit.ts"

CameraControls.install({ THREE: { Vector2, Vector3, Vector4, Quaternion, Matrix4, Spherical, Box3, Sphere, Raycaster } })

const FOV = 36
const AZIMUTH = 0.4
const ELEVATION = 0.84
const NEAREST = 24
const FURTHEST = 900
const SMOOTH_S = 0.32
/** Room over a zone's floor for its beacon and label, in world units. */
const HEADROOM = 7.5

/** Parts of the picture that something else covers, in CSS pixels. */
export interface ViewInsets {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** The camera and what moves it. */
export interface ViewCamera {
  readonly camera: PerspectiveCamera
  /** Looks over these zones; stays with them as they change until the user moves the camera. */
  overview(places: readonly GroundPoint[]): void
  /** Looks at one zone. */
  focus(place: GroundPoint): void
  setSize(width: number, height: number): void
  setInsets(insets: ViewInsets): void
  /** Moves on by so many seconds; true while it still moves. */
  update(seconds: number): boolean
  /** Where a point of the picture meets the floor. */
  groundAt(x: number, y: number): GroundPoint | undefined
  /** Size of a world unit on the screen, in the middle of the view. */
  pixelsPerUnit(): number
  /** True until the user takes the camera. */
  readonly guided: boolean
  dispose(): void
}

/** Makes the camera. `onMove` is called when the user moves it. */
export function createViewCamera(element: HTMLElement, reducedMotion: boolean, onMove: () => void): ViewCamera {
  const camera = new PerspectiveCamera(FOV, 1, 1, 3000)
  const controls = new CameraControls(camera, element)
  controls.minDistance = 12
  controls.maxDistance = FURTHEST
  controls.minPolarAngle = 0.15
  controls.maxPolarAngle = Math.PI / 2.35
  controls.smoothTime = reducedMotion ? 0 : SMOOTH_S
  controls.draggingSmoothTime = reducedMotion ? 0 : 0.08
  controls.dollyToCursor = true
  const { ACTION } = CameraControls
  controls.mouseButtons.left = ACTION.SCREEN_PAN
  controls.mouseButtons.right = ACTION.ROTATE
  controls.mouseButtons.wheel = ACTION.DOLLY
  controls.touches.one = ACTION.TOUCH_SCREEN_PAN
  controls.touches.two = ACTION.TOUCH_DOLLY_ROTATE
  void controls.setLookAt(...eyeFor([0, 0, 0], 90), 0, 0, 0, false)

  let width = 1
  let height = 1
  let insets: ViewInsets = { left: 0, right: 0, top: 0, bottom: 0 }
  let shown: { kind: "all" | "one"; places: readonly GroundPoint[] } = { kind: "all", places: [] }
  let guided = true
  let first = true

  controls.addEventListener("controlstart", () => {
    guided = false
    onMove()
  })
  controls.addEventListener("control", onMove)

  function applyProjection(): void {
    camera.aspect = width / height
    // The picture's middle moves into the middle of what is free.
    camera.setViewOffset(width, height, (insets.right - insets.left) / 2, (insets.bottom - insets.top) / 2, width, height)
    camera.updateProjectionMatrix()
  }

  function lookAgain(): void {
    if (!guided || shown.places.length === 0) return
    const tanY = Math.tan((FOV * Math.PI) / 360)
    const freeX = Math.max(0.2, (width - insets.left - insets.right) / width)
    const freeY = Math.max(0.2, (height - insets.top - insets.bottom) / height)
    const reach = shown.kind === "all" ? HEX_RADIUS * 1.02 : HEX_RADIUS * 1.05
    const points = shown.places.flatMap(({ x, z }): Point3[] =>
      [0, 1, 2, 3, 4, 5].flatMap((i): Point3[] => [
        [x + Math.sin((i * Math.PI) / 3) * reach, 0, z + Math.cos((i * Math.PI) / 3) * reach],
        [x, HEADROOM, z],
      ]),
    )
    const { target, distance } = fitCamera({
      points,
      towardsCamera: direction(),
      tanX: tanY * (width / height) * freeX * 0.97,
      tanY: tanY * freeY * 0.95,
      nearest: shown.kind === "all" ? NEAREST + 26 : NEAREST,
      furthest: FURTHEST,
    })
    const jump = reducedMotion || first
    first = false
    void controls.setLookAt(...eyeFor(target, distance), ...target, !jump)
  }

  const ground = new Plane(new Vector3(0, 1, 0), 0)
  const ray = new Raycaster()
  const pointer = new Vector2()
  const hit = new Vector3()

  return {
    camera,
    get guided() {
      return guided
    },
    overview(places) {
      guided = true
      shown = { kind: "all", places }
      lookAgain()
    },
    focus(place) {
      guided = true
      shown = { kind: "one", places: [place] }
      lookAgain()
    },
    setSize(nextWidth, nextHeight) {
      width = Math.max(1, nextWidth)
      height = Math.max(1, nextHeight)
      applyProjection()
      lookAgain()
    },
    setInsets(next) {
      insets = next
      applyProjection()
      lookAgain()
    },
    update: (seconds) => controls.update(seconds),
    groundAt(x, y) {
      pointer.set((x / width) * 2 - 1, 1 - (y / height) * 2)
      ray.setFromCamera(pointer, camera)
      return ray.ray.intersectPlane(ground, hit) ? { x: hit.x, z: hit.z } : undefined
    },
    pixelsPerUnit: () => height / (2 * Math.tan((FOV * Math.PI) / 360) * controls.distance),
    dispose: () => controls.dispose(),
  }
}

function direction(): Point3 {
  return [Math.sin(AZIMUTH) * Math.cos(ELEVATION), Math.sin(ELEVATION), Math.cos(AZIMUTH) * Math.cos(ELEVATION)]
}

function eyeFor(target: Point3, distance: number): [number, number, number] {
  const [x, y, z] = direction()
  return [target[0] + x * distance, target[1] + y * distance, target[2] + z * distance]
}
