// A day of one client, from its start in a pane to its end, with everything on the way that the daemon must notice. Each step is made to
// happen first (what the client shows is looked at), and then the daemon must say so.

import { execFileSync } from "node:child_process"
import { chmodSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { timestampMs } from "@bufbuild/protobuf/wkt"
import { Role } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { type Session, Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { statusWord } from "@vibecraft/shared/status-words"
import { type CheckLog, ClientDiffers, DaemonDiffers, type Passed } from "./check-log.ts"
import type { ClientTalk } from "./client-talk.ts"
import type { Lab } from "./lab.ts"
import type { Seat } from "./seat.ts"
import { conversationThatHolds } from "./transcript-truth.ts"

export interface Journey {
  readonly lab: Lab
  readonly talk: ClientTalk
  readonly log: CheckLog
  readonly version: string
}

/** A client at its prompt and the session that the daemon has for it. */
export interface Seated {
  readonly seat: Seat
  readonly cwd: string
  readonly pid: number
  readonly sessionId: string
}

/** Runs until a file of this name is there, for at most a minute. */
const HOLD = "hold.sh"

/** Prepares a project: a script that runs for as long as it is told to. */
export function furnish(lab: Lab, name: string): string {
  const cwd = lab.project(name)
  writeFileSync(join(cwd, HOLD), '#!/bin/sh\ni=0\nwhile [ ! -e "$1" ] && [ $i -lt 600 ]; do sleep 0.1; i=$((i+1)); done\n')
  chmodSync(join(cwd, HOLD), 0o755)
  return cwd
}

/** Types the command into a shell in a new pane, and waits until the daemon has a session there. */
export async function startInShell(
  { lab, talk }: Pick<Journey, "lab" | "talk">,
  cwd: string,
  { command = talk.command, shows = talk.ready }: { readonly command?: string; readonly shows?: RegExp } = {},
): Promise<Seated & Required<Pick<Passed, "lagMs">>> {
  const { seat } = await lab.open(["/bin/bash", "--norc", "--noprofile", "-i"], cwd)
  await seat.shows("a shell", /shell>/u)
  const typedMs = await seat.submit(command)
  const isHere = (session: Session): boolean => session.pane?.paneId === seat.paneId && session.agent === talk.agent
  const { atMs, session } = await lab.watch.until("an agent in its pane", isHere, typedMs)
  const startedMs = session.startedTime === undefined ? typedMs : timestampMs(session.startedTime)
  await seat.shows(`what it starts with (${shows.source})`, shows)
  return { seat, cwd, pid: session.pid ?? 0, sessionId: session.id, lagMs: atMs - startedMs }
}

/** When the daemon first said that a session has a status, as a lag behind its cause. */
export async function becomes(lab: Lab, sessionId: string, status: Status, sinceMs: number, reason = /^/u): Promise<Passed> {
  const what = `${statusWord(status).word}${reason.source === "^" ? "" : ` (${reason.source})`}`
  const isSo = (session: Session): boolean => session.id === sessionId && session.status === status && reason.test(session.statusReason)
  const { atMs, session } = await lab.watch.until(what, isSo, sinceMs)
  return { lagMs: atMs - sinceMs, note: `${session.statusSource}: ${session.statusReason}` }
}

export async function startChecks(journey: Journey): Promise<Seated> {
  const { lab, talk, log } = journey
  let main: (Seated & { lagMs: number }) | undefined
  await log.check("appears", async () => {
    main = await startInShell(journey, furnish(lab, "work"), talk.offer === undefined ? {} : { shows: talk.offer.dialog })
    return { lagMs: main.lagMs }
  })
  if (main === undefined) throw new ClientDiffers("the client never appeared, so nothing else could be tried")
  const { seat, pid, sessionId, cwd } = main
  await log.check("role, pane, process, folder", async () => {
    const { session } = await lab.watch.until("there", (one) => one.id === sessionId)
    const wanted = { role: Role.INTERACTIVE, pane: seat.paneId, socket: lab.tmux.socketPath("default"), pid: childOf(seat.panePid), cwd }
    same({ role: session.role, pane: session.pane?.paneId, socket: session.pane?.socket, pid: session.pid, cwd: session.cwd }, wanted)
  })
  await log.check("an offer at its start: waiting", async () => {
    const { offer } = talk
    if (offer === undefined) throw new ClientDiffers("none is made")
    const shownMs = Date.now()
    try {
      return await becomes(lab, sessionId, Status.WAITING, shownMs)
    } finally {
      for (const key of offer.decline) await seat.key(key)
      await seat.shows("its prompt", talk.ready)
    }
  })
  await log.check("at its prompt: idle", () => becomes(lab, sessionId, Status.IDLE, Date.now()))
  await log.check("conversation named by the client", async () => {
    const own = talk.ownConversationId(lab.home, pid)
    if (own === undefined) throw new ClientDiffers("it names none before the first prompt")
    await lab.watch.until(`in ${own}`, (one) => one.id === sessionId && one.conversationId === own)
  })
  return main
}

/** One turn after the other: an answer, a tool with permission granted and refused, a question, an interruption. */
export async function turnChecks({ lab, talk, log, version }: Journey, { seat, sessionId, cwd }: Seated): Promise<void> {
  const is = (status: Status, sinceMs: number, reason?: RegExp) => becomes(lab, sessionId, status, sinceMs, reason)
  let heldMs = 0
  const answer = lab.api.plan({ text: "A first answer", tokens: { input: 1_200, output: 40, cacheWrite5m: 900 } }, { held: true })
  const promptedMs = await seat.submit("Say the first thing")
  await log.check("prompt: working, thinking", async () => {
    await answer.asked
    return is(Status.WORKING, promptedMs, /thinking/u)
  })
  await log.check("answer done: idle", () => {
    heldMs = Date.now()
    answer.release()
    return is(Status.IDLE, heldMs)
  })
  await log.check("conversation of the first prompt", async () => {
    const id = await conversationThatHolds(lab, talk, "A first answer")
    await lab.watch.until(`in ${id}`, (one) => one.id === sessionId && one.conversationId === id)
  })
  await log.check("version", async () => {
    await lab.watch.until(`of version ${version}`, (one) => one.id === sessionId && one.agentVersion === version)
  })

  const runs = lab.api.plan({
    text: "I run it",
    tool: talk.shell(`./${HOLD} gate-1`),
    tokens: { input: 300, output: 60, cacheRead: 2_000 },
  })
  lab.api.plan({ text: "It ran", tokens: { input: 150, output: 20, cacheRead: 2_400 } })
  await seat.submit("Run the second thing")
  await log.check("permission asked: waiting", async () => {
    await seat.shows("a permission dialog", talk.permissionDialog)
    return is(Status.WAITING, await runs.asked, /permission|approval/u)
  })
  await log.check("granted: the tool runs, with its target", async () => {
    const grantedMs = await seat.answer("Enter", talk.permissionDialog)
    const named = (one: Session): boolean => one.id === sessionId && one.currentTool?.target?.includes(HOLD) === true
    const { atMs } = await lab.watch.until("the tool with its target", (one) => named(one) && one.status === Status.WORKING, grantedMs)
    return { lagMs: atMs - grantedMs }
  })
  await log.check("tool and turn done: idle", () => {
    writeFileSync(join(cwd, "gate-1"), "")
    return is(Status.IDLE, Date.now())
  })

  lab.api.plan({ text: "I ask for it", tool: talk.shell("touch refused"), tokens: { input: 310, output: 61, cacheRead: 2_500 } })
  await seat.submit("Try the third thing")
  await log.check("permission refused (Esc): idle", async () => {
    await seat.shows("a permission dialog", talk.permissionDialog)
    await is(Status.WAITING, Date.now())
    return is(Status.IDLE, await seat.answer("Escape", talk.permissionDialog))
  })

  const asks = lab.api.plan({
    tool: talk.question("Which of the two?", ["Left", "Right"]),
    tokens: { input: 320, output: 62, cacheRead: 2_600 },
  })
  lab.api.plan({ text: "Left it is", tokens: { input: 90, output: 12, cacheRead: 2_700 } })
  await seat.submit("Ask the fourth thing")
  const asked = await log.check("question asked: waiting", async () => {
    await seat.shows("a question", talk.questionDialog)
    return is(Status.WAITING, await asks.asked, /input|question/u)
  })
  if (asked) await log.check("question answered: idle", async () => is(Status.IDLE, await seat.answer("Enter", talk.questionDialog)))
  else log.skip("question answered: idle", "none was asked")

  const endless = lab.api.plan({ text: "It begins", tokens: { input: 400, output: 70, cacheRead: 2_800 } }, { held: true })
  await seat.submit("Talk without an end")
  await log.check("interrupted (Esc) while it answers: idle", async () => {
    await endless.asked
    await seat.shows("the beginning of the answer", /It begins/u)
    await is(Status.WORKING, Date.now())
    return is(Status.IDLE, await seat.key("Escape"), /interrupted/u)
  })
}

/** The only child of a process. Throws ClientDiffers when it has none, or several. */
function childOf(pid: number): number {
  const pids = execFileSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" })
    .trim()
    .split(/\s+/u)
  if (pids.length !== 1) throw new ClientDiffers(`the shell has ${pids.length} children`)
  return Number(pids[0])
}

/** Throws DaemonDiffers with the members that are not as they should be. */
export function same(found: Readonly<Record<string, unknown>>, wanted: Readonly<Record<string, unknown>>): void {
  const wrong = Object.keys(wanted).filter((name) => found[name] !== wanted[name])
  if (wrong.length > 0)
    throw new DaemonDiffers(wrong.map((name) => `${name} ${String(found[name])}, not ${String(wanted[name])}`).join("; "))
}
