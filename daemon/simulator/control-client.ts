// The simulator's end of an agent's control socket: commands go out numbered, each settles when its reply comes.

import { connect, type Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import type { Command, ControlReply } from "./agent/control.ts"

/** Thrown when an agent refuses a command, or is gone before it answered. */
export class ControlError extends Error {
  override readonly name = "ControlError"
}

export interface ControlClient {
  send(command: Command): Promise<unknown>
  close(): void
}

/** Waits until something listens on `path`. `isGone` ends the wait early: the agent died, and its text says why. */
export async function connectControl(path: string, isGone: () => string | undefined): Promise<ControlClient> {
  const deadlineMs = Date.now() + 60_000
  for (;;) {
    const socket = await tryConnect(path)
    if (socket !== undefined) return createControlClient(socket)
    const reason = isGone()
    if (reason !== undefined) throw new ControlError(`The simulated agent did not start: ${reason}`)
    if (Date.now() > deadlineMs) throw new ControlError("The simulated agent did not answer within a minute.")
    await sleep(15)
  }
}

function tryConnect(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once("connect", () => resolve(socket))
    socket.once("error", () => resolve(undefined))
  })
}

function createControlClient(socket: Socket): ControlClient {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let lastId = 0
  let carry = ""
  let isClosed = false
  socket.setEncoding("utf8")
  socket.unref()
  socket.on("error", () => {})
  socket.on("data", (text: string) => {
    const lines = (carry + text).split("\n")
    carry = lines.pop() ?? ""
    for (const line of lines) {
      const reply = JSON.parse(line) as ControlReply
      const entry = waiting.get(reply.id)
      waiting.delete(reply.id)
      if (waiting.size === 0) socket.unref()
      if (reply.ok) entry?.resolve(reply.value)
      else entry?.reject(new ControlError(reply.error))
    }
  })
  socket.on("close", () => {
    isClosed = true
    for (const entry of waiting.values()) entry.reject(new ControlError("The simulated agent is gone."))
    waiting.clear()
  })
  return {
    send: (command) =>
      new Promise((resolve, reject) => {
        if (isClosed) return reject(new ControlError("The simulated agent is gone."))
        const id = ++lastId
        waiting.set(id, { resolve, reject })
        socket.ref()
        socket.write(`${JSON.stringify({ id, command })}\n`)
      }),
    close: () => socket.destroy(),
  }
}
