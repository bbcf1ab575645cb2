// What the client itself wrote down, read without the daemon.

import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { ClientDiffers } from "./check-log.ts"
import type { ClientTalk } from "./client-talk.ts"
import type { Lab } from "./lab.ts"

const CEILING_MS = 15_000
const LOOK_MS = 50

/** Paths of all transcripts of a home. */
export function transcriptsOf(home: string, { transcripts }: Pick<ClientTalk, "transcripts">): string[] {
  try {
    const names = readdirSync(join(home, transcripts), { recursive: true, encoding: "utf8" })
    return names.filter((name) => name.endsWith(".jsonl")).map((name) => join(home, transcripts, name))
  } catch {
    return []
  }
}

/** The conversation whose transcript holds a text, a prompt or an answer; waits for it to be written. Throws ClientDiffers. */
export async function conversationThatHolds({ home }: Pick<Lab, "home">, talk: ClientTalk, text: string): Promise<string> {
  for (const deadlineMs = Date.now() + CEILING_MS; ; await sleep(LOOK_MS)) {
    const holding = transcriptsOf(home, talk).filter((path) => readFileSync(path, "utf8").includes(JSON.stringify(text)))
    const id = holding.map((path) => talk.conversationOf(path)).findLast((one) => one !== undefined)
    if (id !== undefined) return id
    if (Date.now() > deadlineMs) throw new ClientDiffers(`it writes "${text}" to no transcript`)
  }
}
