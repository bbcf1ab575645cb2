// What is known of the folders and files of one root, which of them to look at next, and what a look changes. No file system, no clock of its
// own: looks go in, changes come out.

import { normaliserOf } from "../transcripts/registry.ts"
import type { FileLook, KnownFile, LookResult, LookTask } from "../../work/look.ts"
import type { Root } from "./default-roots.ts"

interface Folder {
  mtimeMs: number
  /** When something inside last changed, as far as known. */
  activeMs: number
  isDue: boolean
  readonly files: Map<string, KnownFile>
}

export interface TreeChanges {
  readonly files: readonly FileLook[]
  /** Relative paths of files that are no longer there. */
  readonly gone: readonly string[]
  /** More folders have come to light that have not been listed. */
  readonly hasUnlisted: boolean
}

/** Folders and files that changed this lately are looked at every time, the others in turn. */
const HOT_FOLDER_MS = 86_400_000
const HOT_FILE_MS = 3_600_000
/** Cold ones looked at each time: enough to pass all of a large home in half a minute. */
const COLD_SHARE = 1 / 20
const MIN_COLD = 50

export class RootTree {
  readonly root: Root
  readonly #folders = new Map<string, Folder>()
  #coldTurn = 0
  #wasListed = false

  constructor(root: Root) {
    this.root = root
    this.#reset()
  }

  /** Whether the first listing is complete. */
  get isListed(): boolean {
    return this.#wasListed
  }

  /** Marks what a hint named; a path that is not known makes its folder due. Answers whether the path lies in this root. */
  hint(path: string): boolean {
    if (!path.startsWith(`${this.root.path}/`)) return false
    let relativePath = path.slice(this.root.path.length + 1)
    while (relativePath !== "" && !this.#folders.has(relativePath)) relativePath = parentOf(relativePath)
    const folder = this.#folders.get(relativePath)
    if (folder !== undefined) folder.isDue = true
    else for (const home of this.#folders.values()) home.isDue = true
    return true
  }

  /** A transcript has grown: its subagents' folder may have come or grown too. */
  touched(relativePath: string, nowMs: number): void {
    const stem = relativePath.replace(/\.jsonl$/u, "")
    for (const [path, folder] of this.#folders) {
      if (path !== stem && !path.startsWith(`${stem}/`)) continue
      folder.activeMs = nowMs
    }
  }

  /** What to look at now. With `unlistedOnly`, the folders never listed and those a hint named. */
  task(nowMs: number, unlistedOnly: boolean): LookTask {
    const folders = [...this.#folders].filter(([path, folder]) => folder.isDue || (!unlistedOnly && this.#isHotFolder(path, folder, nowMs)))
    const known = unlistedOnly ? [] : this.#allFiles()
    const files = known.filter((file) => file.mtimeMs > nowMs - HOT_FILE_MS)
    const chosen = new Set(folders.map(([path]) => path))
    if (!unlistedOnly) {
      for (const path of this.#share([...this.#folders.keys()])) {
        const folder = this.#folders.get(path)
        if (folder !== undefined && !chosen.has(path)) folders.push([path, folder])
      }
      files.push(...this.#share(known.filter((file) => file.mtimeMs <= nowMs - HOT_FILE_MS)))
      this.#coldTurn++
    }
    return {
      agent: this.root.agent,
      root: this.root.path,
      folders: folders.map(([relativePath, folder]) => ({ relativePath, mtimeMs: folder.isDue ? 0 : folder.mtimeMs })),
      files,
    }
  }

  /** Takes in what a look saw. */
  apply(task: LookTask, result: LookResult): TreeChanges {
    if (!result.hasRoot) {
      const gone = this.#allFiles().map((file) => file.relativePath)
      this.#reset()
      this.#wasListed = true
      return { files: [], gone, hasUnlisted: false }
    }
    const files: FileLook[] = [...result.files]
    const gone: string[] = [...result.goneFiles]
    for (const { relativePath } of task.folders) {
      const folder = this.#folders.get(relativePath)
      if (folder !== undefined) folder.isDue = false
    }
    for (const path of result.goneFolders) this.#dropFolder(path, gone)
    for (const look of result.folders) {
      const folder = this.#folders.get(look.relativePath)
      if (folder === undefined) continue
      folder.mtimeMs = look.mtimeMs
      folder.activeMs = Math.max(folder.activeMs, look.mtimeMs)
      for (const path of look.folders) {
        if (!this.#folders.has(path)) this.#folders.set(path, newFolder())
      }
      const present = new Set(look.files.map((file) => file.relativePath))
      for (const path of folder.files.keys()) if (!present.has(path)) gone.push(path)
      for (const file of look.files) {
        const known = folder.files.get(file.relativePath)
        folder.activeMs = Math.max(folder.activeMs, file.mtimeMs)
        const isSame = known?.ino === file.ino && known.sizeBytes === file.sizeBytes && known.mtimeMs === file.mtimeMs
        if (!isSame) files.push(file)
      }
    }
    for (const path of gone) this.#folders.get(parentOf(path))?.files.delete(path)
    for (const { relativePath, sizeBytes, mtimeMs, ino } of files) {
      this.#folders.get(parentOf(relativePath))?.files.set(relativePath, { relativePath, sizeBytes, mtimeMs, ino })
    }
    const hasUnlisted = [...this.#folders.values()].some((folder) => folder.isDue)
    if (!hasUnlisted) this.#wasListed = true
    return { files, gone, hasUnlisted }
  }

  /** Folders worth a watch, the most promising first. */
  watchable(nowMs: number): readonly string[] {
    return [...this.#folders]
      .filter(([path, folder]) => this.#isHotFolder(path, folder, nowMs))
      .toSorted(([a, folderA], [b, folderB]) => depthOf(a) - depthOf(b) || folderB.activeMs - folderA.activeMs)
      .map(([path]) => path)
  }

  #isHotFolder(path: string, folder: Folder, nowMs: number): boolean {
    return folder.mtimeMs === 0 || depthOf(path) <= normaliserOf(this.root.agent).hubDepth || folder.activeMs > nowMs - HOT_FOLDER_MS
  }

  #share<T>(all: readonly T[]): readonly T[] {
    const size = Math.max(MIN_COLD, Math.ceil(all.length * COLD_SHARE))
    if (all.length <= size) return all
    const start = (this.#coldTurn * size) % all.length
    return all.slice(start, start + size)
  }

  #dropFolder(path: string, gone: string[]): void {
    for (const [name, folder] of this.#folders) {
      if (name !== path && !name.startsWith(`${path}/`)) continue
      gone.push(...folder.files.keys())
      this.#folders.delete(name)
    }
    // The home's own folders are looked for for ever.
    if (normaliserOf(this.root.agent).folders.includes(path)) this.#folders.set(path, { ...newFolder(), isDue: false })
  }

  #allFiles(): KnownFile[] {
    const files: KnownFile[] = []
    for (const folder of this.#folders.values()) for (const file of folder.files.values()) files.push(file)
    return files
  }

  #reset(): void {
    this.#folders.clear()
    for (const path of normaliserOf(this.root.agent).folders) this.#folders.set(path, newFolder())
  }
}

function newFolder(): Folder {
  return { mtimeMs: 0, activeMs: 0, isDue: true, files: new Map() }
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf("/")
  return slash < 0 ? "" : path.slice(0, slash)
}

function depthOf(path: string): number {
  return path.split("/").length
}
