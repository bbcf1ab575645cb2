// The unix socket: readable by its owner alone from the moment it exists, and never in the way after a crash.

import { lstat, mkdir, unlink } from "node:fs/promises"
import net from "node:net"
import path from "node:path"
import { reasonOf, SocketInUseError, SocketUnusableError } from "./listen-errors.ts"
import { type Listener, type ListenerOptions, openListener } from "./listener.ts"

/** What the kernel allows for a socket's path, the closing zero not counted. */
const MAX_PATH_BYTES = process.platform === "linux" ? 107 : 103
const PROBE_MS = 1_000

/**
 * Listens on a path with mode 0600, in a folder that is made with mode 0700 where it is missing. Takes the place of a socket nobody
 * answers on. The caller holds the lock that keeps two daemons apart. Throws SocketInUseError or SocketUnusableError.
 */
export async function openUnixListener(socketPath: string, options: ListenerOptions): Promise<Listener> {
  const bytes = Buffer.byteLength(socketPath)
  if (bytes > MAX_PATH_BYTES) {
    throw new SocketUnusableError(socketPath, `its path has ${bytes} bytes and ${MAX_PATH_BYTES} are allowed; choose another with --socket`)
  }
  try {
    await mkdir(path.dirname(socketPath), { recursive: true, mode: 0o700 })
    await removeDead(socketPath)
    return await openListener({ path: socketPath }, options, withUmask)
  } catch (error) {
    if (error instanceof SocketInUseError || error instanceof SocketUnusableError) throw error
    if (codeOf(error) === "EADDRINUSE") throw new SocketInUseError(socketPath)
    throw new SocketUnusableError(socketPath, reasonOf(error), error)
  }
}

/** A path is bound within the call to listen, so nothing else is created under this mask. */
function withUmask(bind: () => void): void {
  const before = process.umask(0o177)
  try {
    bind()
  } finally {
    process.umask(before)
  }
}

async function removeDead(socketPath: string): Promise<void> {
  const found = await lstat(socketPath).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return undefined
    throw error
  })
  if (found === undefined) return
  if (!found.isSocket()) throw new SocketUnusableError(socketPath, "there is something else in its place; it is left as it is")
  if (await answers(socketPath)) throw new SocketInUseError(socketPath)
  await unlink(socketPath)
}

/** Only a refused connection proves that nobody listens; silence does not. */
function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect(socketPath)
    const done = (alive: boolean): void => {
      probe.destroy()
      resolve(alive)
    }
    probe.setTimeout(PROBE_MS, () => done(true))
    probe.once("connect", () => done(true))
    probe.once("error", (error) => {
      const code = codeOf(error)
      done(code !== "ECONNREFUSED" && code !== "ENOENT")
    })
  })
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined
}
