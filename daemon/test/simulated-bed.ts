// Simulated agents in a home of their own and a daemon that watches them, programs beside programs.

import { createSimulator, type Simulator } from "../simulator/simulator.ts"
import { clientsOf, startDaemon } from "./daemon-program.ts"

export interface SimulatedBed {
  readonly world: Simulator
  /** Clients of the daemon that runs now. */
  readonly api: Awaited<ReturnType<typeof clientsOf>>
  /** Ends the daemon by the signal, starts another on the same state, and waits until that has caught up. */
  restart(signal: NodeJS.Signals): Promise<void>
  close(): Promise<void>
}

export async function createSimulatedBed(seed: string): Promise<SimulatedBed> {
  const world = await createSimulator({ seed, pace: 0.002 })
  const start = () => startDaemon(["--port", "0", "--state-dir", `${world.folder}/state`], world.env)
  let daemon = start()
  let api = await clientsOf(daemon)
  return {
    world,
    get api() {
      return api
    },
    async restart(signal) {
      await daemon.end(signal)
      daemon = start()
      api = await clientsOf(daemon)
      await daemon.line(/^vibecraftd caught up /m)
    },
    close: () => world.close(),
  }
}
