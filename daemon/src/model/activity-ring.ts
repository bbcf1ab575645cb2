// The latest of what happened: bounded by number and age, each thing once however often it is heard of. What is kept depends on when things
// happened and not on the order in which they were read; the numbers say in which order they were published.

import type { Activity, ActivityChanges, ActivityRevision, ActivityRingState, StoredActivities, StoredActivity } from "./activity.ts"
import { byAge, TimeHeap } from "./time-heap.ts"

export interface ActivityRingOptions {
  /** Default 20,000. */
  readonly capacity?: number
  /** Default 7 days. */
  readonly maxAgeMs?: number
  /** Unix milliseconds. */
  readonly now: () => number
}

const CAPACITY = 20_000
/** So many more than there is room for are held on to after they are gone: they are looked through once in so many. */
const ROOM_FOR_GONE = 1 / 8
const MAX_AGE_MS = 7 * 86_400_000
/** What claims to be of so much later than now is a clock gone wrong, and would never grow old. */
const MAX_AHEAD_MS = 86_400_000

export class ActivityRing {
  readonly capacity: number
  readonly maxAgeMs: number
  readonly #now: () => number
  readonly #byKey = new Map<number, Activity>()
  readonly #byTime = new TimeHeap<Activity>()
  /** By number, holes left by those that are gone. */
  #published: Activity[] = []
  #unpublished: Activity[] = []
  #lastId = 0
  #dropped = 0
  #horizon = { timeMs: Number.NEGATIVE_INFINITY, key: 0 }
  /** Those a store has to write, and keys it has to remove; undefined while none asks. */
  #unsaved: Set<Activity> | undefined
  #goneKeys: number[] = []
  /** What a store kept, as long as nobody needed it. */
  #kept: StoredActivities["load"] | undefined
  readonly #droppedListeners = new Set<(activity: Activity) => void>()

  constructor(options: ActivityRingOptions) {
    this.capacity = options.capacity ?? CAPACITY
    this.maxAgeMs = options.maxAgeMs ?? MAX_AGE_MS
    this.#now = options.now
  }

  get count(): number {
    this.load()
    return this.#byKey.size
  }

  get dropped(): number {
    return this.#dropped
  }

  get lastId(): number {
    return this.#lastId
  }

  get oldestMs(): number | undefined {
    this.load()
    this.#passGone()
    return this.#byTime.oldest?.timeMs
  }

  get hasUnsaved(): boolean {
    return (this.#unsaved?.size ?? 0) > 0 || this.#goneKeys.length > 0
  }

  /** Whether anything of that time would be taken in: most of a history is too old, which this tells at no cost. */
  wants(timeMs: number): boolean {
    const nowMs = this.#now()
    return timeMs > nowMs - this.maxAgeMs && timeMs >= this.#horizon.timeMs && timeMs <= nowMs + MAX_AHEAD_MS
  }

  get(key: number): Activity | undefined {
    this.load()
    return this.#byKey.get(key)
  }

  /** Takes one in, unless it is there already, too old, or older than what made room. Answers whether it is new. */
  add(activity: Activity): boolean {
    if (!this.wants(activity.timeMs) || byAge(activity, this.#horizon) <= 0) return false
    this.load()
    if (this.#byKey.has(activity.key)) return false
    this.#byKey.set(activity.key, activity)
    this.#byTime.push(activity)
    this.#unpublished.push(activity)
    this.#unsaved?.add(activity)
    while (this.#byKey.size > this.capacity) this.#dropOldest()
    if (this.#unpublished.length > 2 * this.capacity) this.#unpublished = this.#unpublished.filter((one) => this.#isKept(one))
    return true
  }

  /** Notes what was found out later. */
  revise(activity: Activity, revision: ActivityRevision): void {
    const before = JSON.stringify(stored(activity))
    Object.assign(activity, revision)
    if (JSON.stringify(stored(activity)) !== before) this.#unsaved?.add(activity)
  }

  /** Numbers what is new, in the order of time, and answers it. */
  publish(): readonly Activity[] {
    if (this.#unpublished.length === 0) return []
    const news = this.#unpublished.filter((activity) => this.#isKept(activity)).sort(byAge)
    this.#unpublished = []
    for (const activity of news) {
      activity.id = ++this.#lastId
      this.#published.push(activity)
      this.#unsaved?.add(activity)
    }
    if (this.#published.length > this.capacity * (1 + ROOM_FOR_GONE))
      this.#published = this.#published.filter((activity) => this.#isKept(activity))
    return news
  }

  /** Published ones, latest first, from the one before `beforeId` on. */
  *backwards(beforeId = Number.POSITIVE_INFINITY): Generator<Activity> {
    this.load()
    for (let at = this.#indexAfter(beforeId - 1) - 1; at >= 0; at--) {
      const activity = this.#published[at]
      if (activity !== undefined && this.#isKept(activity)) yield activity
    }
  }

  /** Published ones after `afterId`, oldest first. */
  *forwards(afterId: number): Generator<Activity> {
    this.load()
    for (let at = this.#indexAfter(afterId); at < this.#published.length; at++) {
      const activity = this.#published[at]
      if (activity !== undefined && this.#isKept(activity)) yield activity
    }
  }

  /** Forgets what has become too old. */
  expire(): void {
    if (this.#kept !== undefined) return
    const beforeMs = this.#now() - this.maxAgeMs
    while ((this.oldestMs ?? Number.POSITIVE_INFINITY) <= beforeMs) this.#remove(this.#byTime.pop())
  }

  /** Forgets these for good. */
  forget(isMeant: (activity: Activity) => boolean): void {
    this.load()
    for (const activity of [...this.#byKey.values()].filter(isMeant)) this.#remove(activity)
  }

  /** Calls back with each published one that makes room. */
  onDropped(listener: (activity: Activity) => void): () => void {
    this.#droppedListeners.add(listener)
    return () => this.#droppedListeners.delete(listener)
  }

  /** Goes on from what a store kept, which is loaded when it is needed, and takes note of changes from now on. */
  restore({ load, state }: StoredActivities): void {
    this.#kept = load
    this.#unsaved = new Set()
    if (state === undefined) return
    this.#lastId = state.lastId
    this.#dropped = state.dropped
    this.#horizon = { timeMs: state.horizonMs, key: state.horizonKey }
    if (state.unpublished > 0) this.load()
  }

  /** Makes sure that what was kept is there. Answers whether it was not before. */
  load(): boolean {
    const load = this.#kept
    if (load === undefined) return false
    this.#kept = undefined
    for (const activity of load()) {
      this.#byKey.set(activity.key, activity)
      this.#byTime.push(activity)
      if (activity.id === 0) this.#unpublished.push(activity)
      else this.#published.push(activity)
      this.#lastId = Math.max(this.#lastId, activity.id)
    }
    this.#published.sort((a, b) => a.id - b.id)
    return true
  }

  /** What changed since the last call; undefined where nothing did. */
  takeUnsaved(): ActivityChanges | undefined {
    if (!this.hasUnsaved) return undefined
    const unsaved = [...(this.#unsaved ?? [])]
    const gone = this.#goneKeys
    for (const activity of unsaved) activity.isSaved = true
    this.#unsaved = new Set()
    this.#goneKeys = []
    return { kept: unsaved.map(stored), gone, state: this.#state() }
  }

  #state(): ActivityRingState {
    const { timeMs, key } = this.#horizon
    return {
      lastId: this.#lastId,
      dropped: this.#dropped,
      horizonMs: Math.max(0, timeMs),
      horizonKey: key,
      unpublished: this.#unpublished.length,
    }
  }

  #dropOldest(): void {
    this.#passGone()
    const oldest = this.#byTime.pop()
    if (oldest === undefined) return
    this.#horizon = { timeMs: oldest.timeMs, key: oldest.key }
    this.#dropped++
    this.#remove(oldest)
    if (oldest.id > 0) for (const listener of this.#droppedListeners) listener(oldest)
  }

  #remove(activity: Activity | undefined): void {
    if (activity === undefined || !this.#byKey.delete(activity.key)) return
    this.#unsaved?.delete(activity)
    if (activity.isSaved) this.#goneKeys.push(activity.key)
  }

  /** Forgotten ones leave the heap when they come to its top. */
  #passGone(): void {
    for (let oldest = this.#byTime.oldest; oldest !== undefined && !this.#isKept(oldest); oldest = this.#byTime.oldest) this.#byTime.pop()
  }

  #isKept(activity: Activity): boolean {
    return this.#byKey.get(activity.key) === activity
  }

  /** Index of the first published one with a larger number. */
  #indexAfter(id: number): number {
    let low = 0
    let high = this.#published.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#published[middle]?.id ?? 0) <= id) low = middle + 1
      else high = middle
    }
    return low
  }
}

function stored({ prompt: _prompt, target: _target, isSaved: _isSaved, ...kept }: Activity): StoredActivity {
  return kept
}
