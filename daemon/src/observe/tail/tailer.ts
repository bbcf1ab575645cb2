// Follows every transcript of every root: a cursor here, the reading in threads. Watches make it quick; a slow look at what is there makes it
// right, whatever the watches missed.

import type { FileReadings } from "../../domain/file-reading.ts"
import type { TranscriptFact } from "../../domain/facts.ts"
import type { Diagnostics } from "../../model/diagnostics.ts"
import type { FileLook, LookResult, LookTask } from "../../work/look.ts"
import type { ReadResult } from "../../work/read-result.ts"
import { defaultRoots, type Root } from "./default-roots.ts"
import { fromReading, readerOf, toReading } from "./earlier-reading.ts"
import { FirstRead, type ReadProgress } from "./first-read.ts"
import type { ReadPool } from "./read-pool.ts"
import { createReadQueue } from "./read-queue.ts"
import { RootTree } from "./root-tree.ts"
import { reviveFile, takeOtherName, type TrackedFile, trackFile } from "./tracked-file.ts"
import { createWatchSet } from "./watch-set.ts"

export { defaultRoots, type ReadProgress, type Root }

export interface TailerOptions {
  readonly roots: readonly Root[]
  readonly pool: Pick<ReadPool, "threads" | "read" | "look">
  /** Called with the facts of one step; those of one file come in the order of its lines. */
  readonly apply: (facts: readonly TranscriptFact[]) => void
  readonly diagnostics: Diagnostics
  /** Remembers how far files have been read; absent: nothing outlives this tailer. */
  readonly readings?: FileReadings
  /** Version of what reads; a reading that another one left is not gone on from. Default "". */
  readonly readerVersion?: string
  /** Called as the first read goes on, and once with `done`. */
  readonly onProgress: (progress: ReadProgress) => void
  /** Unix milliseconds. */
  readonly now: () => number
  /** Time between two looks, default 1500 ms. */
  readonly lookEveryMs?: number
  /** Folders watched at most, default 256; 0 leaves everything to the looks. */
  readonly maxWatches?: number
}

export interface Tailer {
  /** Follows one more home; one that is followed already is left as it is. */
  addRoot(root: Root): void
  progress(): ReadProgress
  /** Somebody knows that something changed, at this path or anywhere: looks now. */
  nudge(path?: string): void
  /** Stops at once; facts of steps under way are dropped. */
  close(): void
}

const LOOK_EVERY_MS = 1500
/** A file unchanged for so long may have its last line read without the newline. */
const QUIET_MS = 2000
/** A file that went away may turn up under another name for so long. */
const REMEMBER_GONE_MS = 60_000

export function createTailer(options: TailerOptions): Tailer {
  const { diagnostics, now } = options
  const trees = new Map<string, RootTree>()
  const byPath = new Map<string, TrackedFile>()
  const byIdentity = new Map<string, TrackedFile>()
  const withTail = new Set<TrackedFile>()
  const troubled = new Set<TrackedFile>()
  const readers = new Map<Root["agent"], string>()
  const firstRead = new FirstRead()
  let isClosed = false
  let isLooking = false
  let looksWanted: "none" | "due" | "all" = "all"
  let lastFullLookMs = Number.NEGATIVE_INFINITY
  const lookEveryMs = options.lookEveryMs ?? LOOK_EVERY_MS
  let timer: NodeJS.Timeout | undefined

  const queue = createReadQueue({ pool: options.pool, onRead, onFacts: options.apply, onGivenUp: trouble, onTaskDone: checkFirstRead })
  const watches = createWatchSet({
    onHint,
    onExhausted: (detail) => diagnostics.problem("watches exhausted", "transcripts", detail),
    ...(options.maxWatches === undefined ? {} : { maxWatches: options.maxWatches }),
  })

  function reader(agent: Root["agent"]): string {
    let name = readers.get(agent)
    if (name === undefined) readers.set(agent, (name = readerOf(agent, options.readerVersion ?? "")))
    return name
  }

  function addRoot(root: Root): void {
    const path = root.path.replace(/(?<=.)\/+$/u, "")
    const key = `${root.agent} ${path}`
    if (isClosed || trees.has(key)) return
    trees.set(key, new RootTree({ agent: root.agent, path }))
    diagnostics.source({ kind: "transcripts", name: path, health: "absent", detail: "not looked at yet" })
    wantLook("due")
  }

  // Looking.

  function wantLook(kind: "due" | "all"): void {
    if (isClosed) return
    if (looksWanted !== "all") looksWanted = kind
    if (!isLooking) void lookAtAll()
  }

  async function lookAtAll(): Promise<void> {
    isLooking = true
    clearTimeout(timer)
    while (looksWanted !== "none") {
      // Hints that come all the time do not put off the looks at everything.
      const dueOnly = looksWanted === "due" && now() - lastFullLookMs < lookEveryMs
      if (!dueOnly) lastFullLookMs = now()
      looksWanted = "none"
      for (const tree of trees.values()) await lookAt(tree, dueOnly)
      if (isClosed) return
      readTails()
      forgetGone()
      checkFirstRead()
      watchFolders()
    }
    isLooking = false
    timer = setTimeout(() => wantLook("all"), lookEveryMs)
  }

  /** What happened in a folder between the look at it and its watch is found by looking once more. */
  function watchFolders(): void {
    const folders = [...trees.values()].flatMap((tree) => tree.watchable(now()).map((folder) => `${tree.root.path}/${folder}`))
    for (const path of watches.keep(folders)) {
      for (const tree of trees.values()) if (tree.hint(path)) looksWanted = looksWanted === "all" ? "all" : "due"
    }
  }

  /** Looks until nothing unlisted is left: the first time that is one look for each level of folders. */
  async function lookAt(tree: RootTree, dueOnly: boolean): Promise<void> {
    const isFirst = !tree.isListed
    const found: TrackedFile[] = []
    for (let unlistedOnly = dueOnly || isFirst; ; unlistedOnly = true) {
      const task = tree.task(now(), unlistedOnly)
      if (unlistedOnly && task.folders.length === 0) break
      const result = await tryLook(tree, task)
      if (result === undefined || isClosed) break
      const changes = tree.apply(task, result)
      for (const path of changes.gone) fileGone(`${tree.root.path}/${path}`)
      for (const look of changes.files) {
        const file = fileSeen(tree, look, isFirst && !firstRead.isDone)
        if (file !== undefined) found.push(file)
      }
      sayHealth(tree, result.hasRoot)
      if (!changes.hasUnlisted) break
    }
    if (isFirst) queue.backlog(found)
  }

  async function tryLook(tree: RootTree, task: LookTask): Promise<LookResult | undefined> {
    try {
      const result = await options.pool.look(task)
      for (const { kind, path, detail } of result.problems) diagnostics.problem(kind, path, detail)
      return result
    } catch (error) {
      if (isClosed) return undefined
      diagnostics.problem("look failed", tree.root.path, messageOf(error))
      diagnostics.source({ kind: "transcripts", name: tree.root.path, health: "failed", detail: messageOf(error) })
      return undefined
    }
  }

  function onHint(folder: string, name: string | undefined): void {
    const path = name === undefined ? folder : `${folder}/${name}`
    const file = byPath.get(path)
    if (file !== undefined) queue.live(file)
    // Something that is not followed: a new file or folder, or one that has gone.
    else nudge(path)
  }

  function nudge(path?: string): void {
    if (path !== undefined) {
      const file = byPath.get(path)
      if (file !== undefined) {
        queue.live(file)
        return
      }
      for (const tree of trees.values()) tree.hint(path)
    }
    wantLook(path === undefined ? "all" : "due")
  }

  // Files.

  /** Answers a file that is new to the first read; everything else is read at once. */
  function fileSeen(tree: RootTree, look: FileLook, isFirst: boolean): TrackedFile | undefined {
    const path = `${tree.root.path}/${look.relativePath}`
    const known = byPath.get(path)
    const identity = `${look.dev}:${look.ino}`
    if (known !== undefined) {
      if (known.cursor.path !== path) return undefined
      if (known.known.ino !== look.ino || known.known.dev !== look.dev) {
        byIdentity.delete(`${known.known.dev}:${known.known.ino}`)
        byIdentity.set(identity, known)
      }
      known.known = { ...look }
      queue.live(known)
      return undefined
    }
    const twin = byIdentity.get(identity)
    if (twin?.goneMs !== undefined && twin.root.agent === tree.root.agent) {
      reviveFile(twin, tree.root, look)
      byPath.set(path, twin)
      diagnostics.counters.files++
      queue.live(twin)
      return undefined
    }
    if (twin?.root.agent === tree.root.agent) {
      twin.otherNames.set(path, { root: tree.root, relativePath: look.relativePath })
      byPath.set(path, twin)
      // Its first name may be gone: the look at it tells.
      queue.live(twin)
      return undefined
    }
    const kept = options.readings?.find(path, look.dev, look.ino)
    const earlier = kept && fromReading(kept, tree.root.agent, look, reader(tree.root.agent))
    const file = trackFile(tree.root, look, isFirst, earlier)
    byPath.set(path, file)
    byIdentity.set(identity, file)
    diagnostics.counters.files++
    firstRead.add(file)
    if (!file.isDirty) {
      if (file.tailBytes > 0 && file.cursor.quietSize !== look.sizeBytes) withTail.add(file)
      return undefined
    }
    if (isFirst) return file
    queue.live(file)
    return undefined
  }

  function fileGone(path: string): void {
    const file = byPath.get(path)
    if (file === undefined) return
    byPath.delete(path)
    settleTrouble(file)
    if (file.cursor.path !== path) {
      file.otherNames.delete(path)
      return
    }
    // Renamed, moved to an archive, or known by a second name: the same bytes go on being the same.
    if (takeOtherName(file)) {
      queue.live(file)
      return
    }
    // Kept for a while by its identity: where it was moved, its new name may come to light only now.
    file.goneMs = now()
    withTail.delete(file)
    diagnostics.counters.files--
  }

  function onRead(file: TrackedFile, result: ReadResult): void {
    const { counters } = diagnostics
    const { path } = file.cursor
    counters.bytesRead += result.bytesRead
    counters.lines += result.lines
    counters.badLines += result.badLines
    counters.hugeLines += result.hugeLines
    counters.unknownLines += result.unknownLines
    if (result.badLines > 0) {
      diagnostics.problem("bad line", path, result.problem ?? "a line is not what this agent writes: skipped", result.badLines)
    }
    if (result.hugeLines > 0) diagnostics.problem("huge line", path, "a line is too long: skipped", result.hugeLines)
    firstRead.read(file, result.bytesRead)
    if (result.status === "gone") fileGone(path)
    else if (result.status === "failed") trouble(file, result.problem ?? "cannot be read")
    else settleTrouble(file)
    if (result.tailBytes > 0 && file.cursor.quietSize !== result.sizeBytes) withTail.add(file)
    else withTail.delete(file)
    if (result.bytesRead > 0) treeOf(file)?.touched(file.cursor.relativePath, now())
    if (result.status === "more" || result.status === "end") options.readings?.note(file, () => toReading(file, reader(file.root.agent)))
  }

  function trouble(file: TrackedFile, detail: string): void {
    diagnostics.problem("unreadable transcript", file.cursor.path, detail)
    troubled.add(file)
    const tree = treeOf(file)
    if (tree !== undefined) sayHealth(tree, true)
  }

  function settleTrouble(file: TrackedFile): void {
    const tree = treeOf(file)
    if (troubled.delete(file) && tree !== undefined) sayHealth(tree, true)
  }

  function treeOf(file: TrackedFile): RootTree | undefined {
    return trees.get(`${file.root.agent} ${file.root.path}`)
  }

  function sayHealth(tree: RootTree, hasRoot: boolean): void {
    const name = tree.root.path
    const bad = [...troubled].filter((file) => file.root.path === name).length
    if (!hasRoot) diagnostics.source({ kind: "transcripts", name, health: "absent", detail: "no such folder" })
    else {
      const detail = bad === 0 ? "" : `${bad} ${bad === 1 ? "file" : "files"} cannot be read`
      diagnostics.source({ kind: "transcripts", name, health: bad === 0 ? "ok" : "degraded", detail, seenMs: now() })
    }
  }

  function forgetGone(): void {
    const before = now() - REMEMBER_GONE_MS
    for (const [identity, file] of byIdentity) if (file.goneMs !== undefined && file.goneMs < before) byIdentity.delete(identity)
  }

  function readTails(): void {
    const before = now() - QUIET_MS
    for (const file of withTail) if (file.known.mtimeMs < before) queue.quiet(file)
  }

  function checkFirstRead(): void {
    if (isClosed || firstRead.isDone) return
    const isOver = queue.isIdle && [...trees.values()].every((tree) => tree.isListed)
    if (isOver) firstRead.finish()
    options.onProgress(firstRead.progress)
  }

  for (const root of options.roots) addRoot(root)
  wantLook("all")

  return {
    addRoot,
    progress: () => firstRead.progress,
    nudge,
    close() {
      isClosed = true
      clearTimeout(timer)
      watches.close()
      queue.close()
    },
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
