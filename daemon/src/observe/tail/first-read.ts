// How far the first read of all transcripts is. It is over once: what is found later is news.

import type { TrackedFile } from "./tracked-file.ts"

export interface ReadProgress {
  readonly bytesRead: number
  readonly bytesTotal: number
  readonly files: number
  readonly done: boolean
}

export class FirstRead {
  #files = 0
  #bytesTotal = 0
  #bytesRead = 0
  #done = false

  get progress(): ReadProgress {
    return { bytesRead: this.#bytesRead, bytesTotal: this.#bytesTotal, files: this.#files, done: this.#done }
  }

  get isDone(): boolean {
    return this.#done
  }

  add(file: TrackedFile): void {
    if (this.#done || file.firstSizeBytes === undefined) return
    this.#files++
    this.#bytesTotal += file.firstSizeBytes
  }

  /** A file of the first read has been read on by so many bytes; it may have grown meanwhile. */
  read(file: TrackedFile, bytes: number): void {
    if (this.#done || file.firstSizeBytes === undefined) return
    this.#bytesRead += bytes
    this.#bytesTotal = Math.max(this.#bytesTotal, this.#bytesRead)
  }

  finish(): void {
    this.#done = true
    // Torn last lines and files that went away meanwhile are not read, and yet nothing is left to do.
    this.#bytesTotal = this.#bytesRead
  }
}
