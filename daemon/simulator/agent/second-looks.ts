// Turns of an agent that has work done again: by another agent after one failed, or by the same after it answered.

import { finding, type Orchestration, worker } from "./orchestration.ts"

const MIGRATIONS = [
  { prompt: "Move the invoices to the new schema", description: "Migrate the invoices", table: "invoices" },
  { prompt: "Move the refunds to the new schema", description: "Migrate the refunds", table: "refunds" },
] as const

/** The same task for one agent after the other, until one gets through. */
export async function retry(of: Orchestration, turn: number, signal: AbortSignal): Promise<void> {
  const { client, agent, random, clock } = of
  const { prompt, description, table } = MIGRATIONS[turn % 2 === 0 ? 0 : 1]
  client.prompt(prompt)
  for (let failures = random.int(2, 3); failures >= 0; failures--) {
    const task = `Migrate the ${table} table to the new schema in batches and compare the row counts`
    const id = await client.startSubagent({ description, prompt: task, agentType: worker(agent) })
    await of.work(random.int(1, 3), signal, id)
    await client.endSubagent(id, failures === 0 ? { text: finding(of) } : { failed: true })
    if (failures === 0) break
    await client.respond({ text: "The agent was cut off before it was done. I will try the same again." })
    await clock.sleep(random.int(3_000, 9_000), signal)
  }
}

/** One reviews, and is asked to look again at what was changed since. */
export async function supervise(of: Orchestration, _turn: number, signal: AbortSignal): Promise<void> {
  const { client, agent, random } = of
  client.prompt("Get the pricing change ready to merge")
  const id = await client.startSubagent({
    description: "Review the pricing change",
    prompt: "Review the pricing change on this branch. List what must be fixed before it can be merged",
    agentType: worker(agent),
  })
  await of.work(random.int(2, 3), signal, id)
  await client.endSubagent(id, { text: finding(of) })
  for (const message of ["I have fixed the rounding you found. Look at it again", "And the tests cover it now. Anything left?"]) {
    await of.work(random.int(1, 2), signal)
    await client.messageSubagent(id, message)
    await client.respond({ end: true })
    await of.work(random.int(1, 2), signal, id)
    await client.endSubagent(id, { text: finding(of) })
  }
}
