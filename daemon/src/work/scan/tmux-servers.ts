// Finds the user's tmux servers whatever socket they listen on: by the server processes and the kernel's list of unix
// sockets, which also shows sockets in odd places, and by the folders where tmux keeps them. A socket nobody listens on is dead.

import { lstatSync, readdirSync } from "node:fs"
import { basename, join } from "node:path"
import type { TmuxServer } from "./agent-process.ts"
import { withoutDeletedMark } from "./identity.ts"
import type { ProcFiles } from "./proc-files.ts"
import type { ProcessEntry } from "./process-table.ts"

export const TMUX_SERVER_NAME = "tmux: server"

export interface FindServers {
  readonly entries: ReadonlyMap<number, ProcessEntry>
  /** Look for the sockets of known servers again. */
  readonly again: boolean
  readonly socketFolders: readonly string[]
  readonly inScope: (entry: ProcessEntry) => boolean
}

export interface TmuxServerFinder {
  find(question: FindServers): TmuxServer[]
}

/** Remembers the sockets of servers it knows; reads the kernel's list when a server is new or all is asked for. */
export const createTmuxServerFinder = (files: ProcFiles, uid: number): TmuxServerFinder => {
  let known = new Map<string, { readonly servers: readonly TmuxServer[]; readonly looks: number }>()
  let unowned: readonly TmuxServer[] = []

  return {
    find: ({ entries, again, socketFolders, inScope }) => {
      const processes = [...entries.values()].filter((entry) => entry.own && entry.stat.comm === TMUX_SERVER_NAME && inScope(entry))
      if (again || processes.some((entry) => isUnsettled(known.get(keyOf(entry))))) {
        const kernelList = files.text("net/unix")
        const listening = parseListeningSockets(kernelList ?? "")
        const looksAt = (entry: ProcessEntry) => (known.get(keyOf(entry))?.looks ?? 0) + 1
        known = new Map(processes.map((entry) => [keyOf(entry), { servers: serversOf(entry, listening), looks: looksAt(entry) }]))
        const owned = new Set([...known.values()].flatMap((one) => one.servers.map(({ socket }) => socket)))
        const paths = new Set(listening.values())
        unowned = socketFolders
          .flatMap((folder) => ownSocketsIn(folder))
          // Where the kernel keeps no such list, each socket is asked; those nobody listens on say so.
          .filter((socket) => (kernelList === undefined || paths.has(socket)) && !owned.has(socket))
          .map((socket) => ({ socket }))
      }
      const servers = processes.flatMap((entry) => known.get(keyOf(entry))?.servers ?? [])
      return [...servers, ...unowned]
    },
  }

  function serversOf({ stat }: ProcessEntry, listening: ReadonlyMap<string, string>): TmuxServer[] {
    const exe = files.link(stat.pid, "exe")
    if (exe === undefined || !basename(exe).startsWith("tmux")) return []
    const sockets = new Set<string>()
    for (const target of files.descriptors(stat.pid)) {
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
      const path = inode === undefined ? undefined : listening.get(inode)
      if (path !== undefined) sockets.add(path)
    }
    return [...sockets].map((socket) => ({ socket, pid: stat.pid, startTicks: stat.startTicks, exe: withoutDeletedMark(exe) }))
  }

  function ownSocketsIn(folder: string): string[] {
    const sockets: string[] = []
    try {
      for (const name of readdirSync(folder)) {
        const found = lstatSync(join(folder, name), { throwIfNoEntry: false })
        if (found?.isSocket() && found.uid === uid) sockets.push(join(folder, name))
      }
    } catch {
      // No such folder: no server has been started there.
    }
    return sockets
  }
}

const keyOf = ({ stat }: ProcessEntry): string => `${stat.pid} ${stat.startTicks}`

/** A server that has only just started may not listen yet: look a few times, then wait for the next full scan. */
const isUnsettled = (known: { servers: readonly TmuxServer[]; looks: number } | undefined): boolean =>
  known === undefined || (known.servers.length === 0 && known.looks < 5)

/** Sockets with an absolute path that accept connections, by inode, from the text of /proc/net/unix. */
export const parseListeningSockets = (text: string): Map<string, string> => {
  const sockets = new Map<string, string>()
  for (const line of text.split("\n")) {
    const match = /^\S+: \S+ \S+ 00010000 \S+ \S+ +(\d+) (\/.*)$/.exec(line)
    if (match?.[1] !== undefined && match[2] !== undefined) sockets.set(match[1], match[2])
  }
  return sockets
}
