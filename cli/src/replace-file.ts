// Writes a file so that whoever reads it finds the old or the new one whole, never half of it.

import { mkdir, open, realpath, rename, rm, stat } from "node:fs/promises"
import { dirname } from "node:path"
import { CommandError } from "./command-error.ts"

const FOR_THE_USER_ALONE = 0o600

/** Replaces what the path stands for, symbolic links followed and the mode kept; makes the folder where it is missing. Throws CommandError. */
export async function replaceFile(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    const target = await realpath(path).catch(() => path)
    const mode = await stat(target).then(
      (known) => known.mode & 0o777,
      () => FOR_THE_USER_ALONE,
    )
    const temporary = `${target}.new-${process.pid}`
    try {
      const file = await open(temporary, "wx", mode)
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(temporary, target)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error"
    throw new CommandError(`${path} cannot be written (${code})`, { cause })
  }
}
