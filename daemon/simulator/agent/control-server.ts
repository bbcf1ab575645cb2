// The agent's end of the control socket: reads commands, runs each as it comes, answers when it is done.

import { rmSync } from "node:fs"
import { createServer } from "node:net"
import type { Command, ControlReply, ControlRequest } from "./control.ts"

/** Listens on `path` with one handler for all; a handler's error goes back as its message. */
export function serveControl(path: string, handle: (command: Command) => unknown): { close(): void } {
  rmSync(path, { force: true })
  const server = createServer((socket) => {
    let carry = ""
    const reply = (message: ControlReply): void => void socket.write(`${JSON.stringify(message)}\n`)
    const run = async (request: ControlRequest): Promise<void> => {
      try {
        reply({ id: request.id, ok: true, value: (await handle(request.command)) ?? null })
      } catch (error) {
        reply({ id: request.id, ok: false, error: error instanceof Error ? error.message : String(error) })
      }
    }
    socket.on("error", () => {})
    socket.on("data", (bytes) => {
      const lines = (carry + bytes.toString("utf8")).split("\n")
      carry = lines.pop() ?? ""
      for (const line of lines) void run(JSON.parse(line) as ControlRequest)
    })
  })
  server.listen(path)
  return {
    close() {
      server.close()
      rmSync(path, { force: true })
    },
  }
}
