import { afterEach, expect, test } from "vitest"
import { ANTHROPIC } from "./anthropic-dialect.ts"
import { OPENAI } from "./openai-dialect.ts"
import { createScriptedApi, type ScriptedApi } from "./scripted-api.ts"

let api: ScriptedApi

afterEach(() => api.close())

const ask = (path: string, body: unknown) => fetch(`${api.url}${path}`, { method: "POST", body: JSON.stringify(body) })
const turn = { model: "m", tools: [1, 2, 3, 4] }
const TOKENS = { input: 5, output: 9, cacheRead: 3 }

test("answers as planned, keeps the books, and lets side questions wait for nothing", async () => {
  api = await createScriptedApi(ANTHROPIC)
  api.plan({ text: "planned", tokens: TOKENS })
  expect(await (await ask("/v1/messages", { model: "m" })).text()).toContain("Scripted side answer")
  const text = await (await ask("/v1/messages", turn)).text()
  expect(text).toContain("planned")
  expect(text).toContain('"cache_read_input_tokens":3')
  expect(text.trimEnd().split("\n").at(-2)).toBe("event: message_stop")
  expect(api.served.map(({ kind, complete }) => [kind, complete])).toEqual([
    ["side", true],
    ["turn", true],
  ])
  expect(api.served[1]?.tokens).toEqual(TOKENS)
  expect((await ask("/v1/else", {})).status).toBe(404)
  expect(api.refused).toEqual(["POST /v1/else"])
})

test("books what a client had been told when it hung up", async () => {
  api = await createScriptedApi(ANTHROPIC)
  const held = api.plan({ text: "begins", tokens: TOKENS }, { held: true })
  const abort = new AbortController()
  const asked = fetch(`${api.url}/v1/messages`, { method: "POST", body: JSON.stringify(turn), signal: abort.signal })
  await Promise.all([held.asked, asked])
  abort.abort()
  held.release()
  expect(api.served).toMatchObject([{ complete: false, tokens: { ...TOKENS, output: 1 } }])
})

test("speaks the other dialect, with calls in their group", async () => {
  api = await createScriptedApi(OPENAI)
  api.plan({ tool: { name: "spawn", namespace: "team", input: { task: "x" } }, tokens: { ...TOKENS, reasoning: 2 } })
  const lines = (await (await ask("/v1/responses", { model: "m", text: { verbosity: "low" } })).text()).trimEnd().split("\n")
  const last: unknown = JSON.parse(lines.at(-1)?.slice("data: ".length) ?? "")
  expect(last).toMatchObject({
    type: "response.completed",
    response: { usage: { input_tokens: 8, output_tokens: 9, total_tokens: 17, output_tokens_details: { reasoning_tokens: 2 } } },
  })
  expect(lines.join()).toContain('"namespace":"team"')
  expect(await (await ask("/v1/responses", { model: "m", text: { format: {} } })).text()).toContain('{\\"title\\":')
})
