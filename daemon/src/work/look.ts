// A look at the folders and files of one agent home: what is new, changed or gone since the last look. Stateless; nothing is opened, no link is
// followed below the home's own folders, and what has not changed is not mentioned.

import { type Dirent, readdirSync, type Stats, statSync, lstatSync } from "node:fs"
import type { AgentKind } from "../domain/agent.ts"
import { normaliserOf } from "../observe/transcripts/registry.ts"
import type { FileRole, Normaliser } from "../observe/transcripts/port.ts"

export interface LookTask {
  readonly agent: AgentKind
  /** The agent's home. */
  readonly root: string
  /** Folders to look at; one whose `mtimeMs` is still the given one is passed over. 0 asks for a listing in any case. */
  readonly folders: readonly { readonly relativePath: string; readonly mtimeMs: number }[]
  /** Files to look at; one that is still as given is passed over. */
  readonly files: readonly KnownFile[]
}

export interface KnownFile {
  readonly relativePath: string
  readonly sizeBytes: number
  readonly mtimeMs: number
  readonly ino: number
}

export interface FileLook extends KnownFile {
  readonly role: FileRole
  readonly dev: number
  /** 0 where the file system does not tell. */
  readonly birthMs: number
}

export interface FolderLook {
  readonly relativePath: string
  /** 0 where the folder has changed so lately that another change could bear the same time. */
  readonly mtimeMs: number
  readonly files: readonly FileLook[]
  /** Relative paths of the folders inside that may hold transcripts. */
  readonly folders: readonly string[]
}

export interface LookProblem {
  readonly kind: "unreadable folder"
  readonly path: string
  readonly detail: string
}

export interface LookResult {
  readonly hasRoot: boolean
  readonly folders: readonly FolderLook[]
  readonly goneFolders: readonly string[]
  readonly files: readonly FileLook[]
  readonly goneFiles: readonly string[]
  readonly problems: readonly LookProblem[]
}

/** Times of files move in ticks: a folder changed less than this ago is listed again. */
const UNSETTLED_MS = 2000

export function lookAround(task: LookTask): LookResult {
  const normaliser = normaliserOf(task.agent)
  const folders: FolderLook[] = []
  const goneFolders: string[] = []
  const files: FileLook[] = []
  const goneFiles: string[] = []
  const problems: LookProblem[] = []
  const hasRoot = statOf(task.root) !== undefined
  for (const { relativePath, mtimeMs } of hasRoot ? task.folders : []) {
    const path = `${task.root}/${relativePath}`
    const stats = statOf(path)
    if (stats === undefined || !stats.isDirectory()) goneFolders.push(relativePath)
    else if (mtimeMs === 0 || stats.mtimeMs !== mtimeMs) {
      try {
        folders.push(listFolder(task, normaliser, relativePath, stats))
      } catch (error) {
        problems.push({ kind: "unreadable folder", path, detail: messageOf(error) })
      }
    }
  }
  for (const known of hasRoot ? task.files : []) {
    const stats = statOf(`${task.root}/${known.relativePath}`, false)
    const role = normaliser.roleOf(known.relativePath)
    if (stats === undefined || !stats.isFile()) goneFiles.push(known.relativePath)
    else if (role !== undefined && hasChanged(known, stats)) files.push(toLook(known.relativePath, role, stats))
  }
  return { hasRoot, folders, goneFolders, files, goneFiles, problems }
}

function listFolder(task: LookTask, normaliser: Normaliser, folder: string, stats: Stats): FolderLook {
  const files: FileLook[] = []
  const folders: string[] = []
  for (const entry of readdirSync(`${task.root}/${folder}`, { withFileTypes: true })) {
    const relativePath = `${folder}/${entry.name}`
    if (entry.isDirectory()) {
      if (normaliser.entersFolder(relativePath)) folders.push(relativePath)
    } else if (entry.isFile()) addFile(task, normaliser, relativePath, entry, files)
  }
  const isSettled = stats.mtimeMs < Date.now() - UNSETTLED_MS
  return { relativePath: folder, mtimeMs: isSettled ? stats.mtimeMs : 0, files, folders }
}

function addFile(task: LookTask, normaliser: Normaliser, relativePath: string, entry: Dirent, files: FileLook[]): void {
  const role = normaliser.roleOf(relativePath)
  if (role === undefined) return
  if (role === "compressed") {
    const plain = statOf(`${task.root}/${folderOf(relativePath)}/${entry.name.slice(0, -".zst".length)}`, false)
    // Where both are there the plain one counts.
    if (plain !== undefined) return
  }
  const stats = statOf(`${task.root}/${relativePath}`, false)
  if (stats?.isFile() === true) files.push(toLook(relativePath, role, stats))
}

function folderOf(relativePath: string): string {
  return relativePath.slice(0, relativePath.lastIndexOf("/"))
}

function hasChanged(known: KnownFile, stats: Stats): boolean {
  return stats.size !== known.sizeBytes || stats.ino !== known.ino || stats.mtimeMs !== known.mtimeMs
}

function toLook(relativePath: string, role: FileRole, stats: Stats): FileLook {
  const { size: sizeBytes, mtimeMs, dev, ino, birthtimeMs: birthMs } = stats
  return { relativePath, role, sizeBytes, mtimeMs, dev, ino, birthMs }
}

/** Undefined where there is nothing, or nothing that may be looked at. */
function statOf(path: string, follow = true): Stats | undefined {
  try {
    return follow ? statSync(path) : lstatSync(path)
  } catch {
    return undefined
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
