// Ids of sessions: opaque, short, the same for as long as the session lives, whoever computes them and however often the daemon restarts.

import { createHash } from "node:crypto"

/** Not cut out of a longer text, which it would keep in memory. */
const hash = (text: string): string => createHash("sha256").update(text).digest().toString("hex", 0, 8)

/** Of a process: pids are reused, a pid with its start time within one boot is not. `startTicks` is field 22 of /proc/<pid>/stat. */
export const sessionIdOf = (bootId: string, pid: number, startTicks: string): string => hash(`process ${bootId} ${pid} ${startTicks}`)

/** Of a conversation no process was ever seen in. */
export const sessionIdOfConversation = (conversationId: string): string => hash(`conversation ${conversationId}`)
