// What happens to a client beside its turns: it begins anew, starts helpers, is suspended, leaves, comes back, dies.

import { execFileSync } from "node:child_process"
import { Role } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { type Session, Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { ClientDiffers, DaemonDiffers, DaemonUnsure } from "./check-log.ts"
import type { Lab } from "./lab.ts"
import { becomes, furnish, type Journey, type Seated, startInShell } from "./journey.ts"
import { brief } from "./session-watch.ts"
import { conversationThatHolds } from "./transcript-truth.ts"

/** A turn that says one thing; answers the conversation that the client wrote it to. */
export async function say({ lab, talk }: Pick<Journey, "lab" | "talk">, { seat, sessionId }: Seated, prompt: string): Promise<string> {
  lab.api.forget()
  const answer = lab.api.plan({ text: `Heard: ${prompt}`, tokens: { input: 500, output: 15, cacheRead: 100 } })
  await seat.submit(prompt)
  await answer.asked
  await seat.shows("the answer", new RegExp(RegExp.escape(`Heard: ${prompt}`), "u"))
  const id = await conversationThatHolds(lab, talk, `Heard: ${prompt}`)
  await becomes(lab, sessionId, Status.IDLE, Date.now())
  return id
}

/** Helpers that a session starts: a subagent inside it, and a client without a terminal as a process of its own. */
export async function helperChecks({ lab, talk, log }: Journey, { seat, sessionId }: Seated): Promise<void> {
  await log.check("a subagent at work, and its end", async () => {
    const tokens = { input: 700, output: 33, cacheRead: 50 }
    lab.api.plan({ text: "I send a helper", tool: talk.subagent("Look around, helper"), tokens })
    // The helper and its parent ask at the same time; then the parent hears of the end.
    const both = [lab.api.plan({ text: "Part one", tokens }, { held: true }), lab.api.plan({ text: "Part two", tokens }, { held: true })]
    if (talk.hearsOfSubagents) lab.api.plan({ text: "The helper is back", tokens })
    const atMs = await seat.submit("Send a helper")
    await Promise.race([Promise.all(both.map(({ asked }) => asked)), giveUp("it asks for no helper's turn")])
    const helping = await lab.watch.until("one subagent", (one) => one.id === sessionId && one.activeSubagents === 1, atMs)
    for (const reply of both) reply.release()
    await lab.watch.until("no subagent", (one) => one.id === sessionId && one.activeSubagents === 0, helping.atMs + 1)
    await becomes(lab, sessionId, Status.IDLE, Date.now())
    return { lagMs: helping.atMs - atMs }
  })
  await log.check("headless helper: found, its role, its parent", async () => {
    lab.api.forget()
    lab.api.plan({
      text: "I call a helper",
      tool: talk.shell(talk.headless("Help without a terminal", lab.env["PATH"] ?? "")),
      tokens: { input: 800, output: 44 },
    })
    const helper = lab.api.plan({ text: "Helped", tokens: { input: 60, output: 6 } }, { held: true })
    lab.api.plan({ text: "It helped", tokens: { input: 70, output: 7, cacheRead: 800 } })
    const atMs = await seat.submit("Call a program to help")
    await seat.shows("a permission dialog", talk.permissionDialog)
    await seat.answer("Enter", talk.permissionDialog)
    try {
      await Promise.race([helper.asked, giveUp("the helper asks nothing")])
      const isHelper = (one: Session): boolean => one.role === Role.HEADLESS && one.agent === talk.agent
      const found = await lab.watch.until("a headless session", isHelper, atMs)
      await lab.watch.until("its parent", (one) => isHelper(one) && one.parentSessionId === sessionId)
      await lab.watch.until("at work", (one) => isHelper(one) && one.status === Status.WORKING)
      const { session } = found
      if (session.pane !== undefined) throw new DaemonDiffers(`it is said to sit in pane ${session.pane.paneId}, as its parent does`)
      helper.release()
      await lab.watch.until("its end", (one) => one.id === session.id && one.status === Status.ENDED)
      return { note: `conversation ${session.conversationId === undefined ? "unknown at first" : "known"}` }
    } finally {
      helper.release()
      await becomes(lab, sessionId, Status.IDLE, Date.now()).catch(() => {})
    }
  })
}

/** Another conversation under the same session, Ctrl-Z, another client in the same folder, and what lasts over an exit. */
export async function lifeChecks(journey: Journey, main: Seated): Promise<void> {
  const { lab, talk, log } = journey
  const { seat, sessionId, pid, cwd } = main
  const before = lab.watch.current().find(({ id }) => id === sessionId)?.conversationId
  let last = before
  await log.check("begun anew (/clear, /new): another conversation, the same session", async () => {
    await seat.submit(talk.clear)
    await seat.shows("an empty conversation", talk.ready)
    const next = await say(journey, main, "Begin the second conversation")
    if (next === before) throw new ClientDiffers("it goes on in the same transcript")
    const session = await isIn(lab, sessionId, next)
    if (before !== undefined && !session.earlierConversationIds.includes(before)) throw new DaemonDiffers("the one before is forgotten")
    last = next
  })
  await log.check("Ctrl-Z: stalled, fg: back", async () => {
    const stoppedMs = await seat.key("C-z")
    await seat.shows("the shell again", /shell>\s*$/u)
    const passed = await becomes(lab, sessionId, Status.STALLED, stoppedMs)
    await seat.submit("fg")
    await becomes(lab, sessionId, Status.IDLE, Date.now() + 1)
    return passed
  })
  let second: Seated | undefined
  await log.check("a second one in the same folder: each its own conversation", async () => {
    second = await startInShell(journey, cwd)
    const other = await say(journey, second, "Speak from the second seat")
    await isIn(lab, second.sessionId, other)
    if (last !== undefined) await isIn(lab, sessionId, last)
  })
  await log.check("kill -9: offline, killed", async () => {
    if (second === undefined) throw new ClientDiffers("there is no second one")
    const killedMs = Date.now()
    process.kill(second.pid, "SIGKILL")
    return becomes(lab, second.sessionId, Status.OFFLINE, killedMs, /killed|process gone/u)
  })
  await log.check("left (/exit, /quit): offline, exited", async () => {
    const atMs = await seat.submit(talk.exit)
    await seat.shows("the shell again", /shell>\s*$/u)
    if (isAlive(pid)) throw new ClientDiffers("its process does not end")
    return becomes(lab, sessionId, Status.OFFLINE, atMs, /exited|process gone/u)
  })
  let back: Seated | undefined
  await log.check("resumed: a new session in the old conversation", async () => {
    if (last === undefined) throw new ClientDiffers("no conversation is known")
    back = await startInShell(journey, cwd, { command: talk.resume(last) })
    const found = await isIn(lab, back.sessionId, last)
    const wrote = await say(journey, back, "Go on where it ended")
    if (wrote !== last) throw new ClientDiffers(`it goes on in ${wrote}`)
    return { note: found.status === Status.IDLE ? "idle" : "not idle at first" }
  })
  await log.check("pane closed: offline", async () => {
    if (back === undefined) throw new ClientDiffers("there is no seat to close")
    const atMs = Date.now()
    await lab.tmux.command(["kill-pane", "-t", back.seat.paneId])
    return becomes(lab, back.sessionId, Status.OFFLINE, atMs, /pane closed|exited/u)
  })
}

/** What else it can start with, and an end of the whole tmux server. */
export async function edgeChecks(journey: Journey): Promise<void> {
  const { lab, talk, log } = journey
  await log.check("trust dialog: waiting", async () => {
    const asked = await startInShell(journey, furnish(lab, "untrusted"), { shows: talk.trustDialog })
    return becomes(lab, asked.sessionId, Status.WAITING, Date.now(), /trust/u)
  })
  await log.check("tmux server killed: offline", async () => {
    const cwd = furnish(lab, "second")
    const { seat } = await lab.open(["/bin/sh", "-c", `exec ${talk.command}`], cwd, "doomed")
    await seat.shows("its prompt", talk.ready)
    const socket = lab.tmux.socketPath("doomed")
    const { session } = await lab.watch.until("on another server", (one) => one.pane?.socket === socket)
    const atMs = Date.now()
    await lab.tmux.command(["kill-server"], "doomed")
    return becomes(lab, session.id, Status.OFFLINE, atMs)
  })
  await log.check("nothing else is taken for a session", async () => {
    await lab.daemon.sessions.discoverSessions({})
    const more = lab.watch.current().filter(({ agent, role }) => agent !== talk.agent || role === Role.UNSPECIFIED)
    if (more.length > 0) throw new DaemonDiffers(`${more.length} more: ${more.map(brief).join(", ")}`)
    return { note: `${lab.watch.current().length} sessions in all` }
  })
}

/** Waits until a session is said to be in a conversation. Throws DaemonUnsure where the daemon says that it cannot tell. */
export async function isIn({ watch }: Lab, sessionId: string, conversationId: string): Promise<Session> {
  try {
    const isThere = (one: Session): boolean => one.id === sessionId && one.conversationId === conversationId
    return (await watch.until(`in ${conversationId}`, isThere)).session
  } catch (error) {
    const session = watch.current().find(({ id }) => id === sessionId)
    const why = session?.evidence.find(({ field }) => field.startsWith("conversation"))?.detail
    if (session === undefined || session.conversationId !== undefined || why === undefined) throw error
    throw new DaemonUnsure(why, { cause: error })
  }
}

function isAlive(pid: number): boolean {
  try {
    return !execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).startsWith("Z")
  } catch {
    return false
  }
}

async function giveUp(why: string): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, 30_000))
  throw new ClientDiffers(why)
}
