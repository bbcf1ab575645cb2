import { Code } from "@connectrpc/connect"
import { expect, it } from "vitest"
import { codeOf, InvalidArgumentError, NotFoundError, TooManyWatchersError } from "./errors.ts"

it("gives each error its code, and none to others", () => {
  const errors = [
    new NotFoundError("session", "x"),
    new InvalidArgumentError("id", "", "one"),
    new TooManyWatchersError(2),
    new Error("x"),
    "x",
  ]
  expect(errors.map(codeOf)).toEqual([Code.NotFound, Code.InvalidArgument, Code.ResourceExhausted, undefined, undefined])
})

it("quotes a client's text without terminal escapes, line breaks, text direction marks or length", () => {
  const { message } = new NotFoundError("session", `\u001b[31m\n\u009b\u202e"${"x".repeat(500)}`)
  expect(message).toMatch(/^no session "\\u001b\[31m\\n\\u\{9b\}\\u\{202e\}\\"x+…"$/u)
  expect(message.length).toBeLessThan(130)
})
