// What can be wrong with the store at the start; each message is one line for the user.

/** The database was written by a newer Vibecraft; it was not touched. */
export class StoreTooNewError extends Error {
  override readonly name = "StoreTooNewError"
  constructor(path: string, version: number, known: number) {
    super(
      `${path} was written by a newer Vibecraft (schema ${version}, this one knows ${known}) and was left as it is; ` +
        "upgrade Vibecraft or choose another folder with --state-dir",
    )
  }
}
