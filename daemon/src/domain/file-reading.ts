// How far a file has been read, between those who read and those who remember.

/** Where the reading of a file stands. */
export interface FileReading {
  readonly path: string
  /** Identity of the file: it may be found again under another path. */
  readonly dev: number
  readonly ino: number
  /** Plain data, of use to the reader alone. */
  readonly state: unknown
}

/** Remembers over restarts how far files have been read. */
export interface FileReadings {
  /** As it was when last remembered: of this path, else of this identity. */
  find(path: string, dev: number, ino: number): FileReading | undefined
  /** A file has been read on and its facts are folded. `reading` is asked for when it is written down. `file` stands for the file, by identity. */
  note(file: object, reading: () => FileReading): void
}
