// Real processes for the commands that an agent runs: in their own session, without a terminal, with the agent's marks in the environment.

import { spawn } from "node:child_process"

export interface ToolProcesses {
  start(callId: string, environment: Record<string, string>): void
  end(callId: string): void
  close(): void
}

export function createToolProcesses(): ToolProcesses {
  const running = new Map<string, number>()
  const end = (callId: string): void => {
    const pid = running.get(callId)
    running.delete(callId)
    if (pid === undefined) return
    try {
      process.kill(-pid, "SIGKILL")
    } catch {
      // already gone
    }
  }
  return {
    start(callId, environment) {
      const child = spawn("/bin/sh", ["-c", "sleep 600"], { detached: true, stdio: "ignore", env: { ...process.env, ...environment } })
      child.unref()
      child.on("error", () => {})
      if (child.pid !== undefined) running.set(callId, child.pid)
    },
    end,
    close() {
      for (const callId of running.keys()) end(callId)
    },
  }
}
