import fc from "fast-check"
import { expect, test } from "vitest"
import { parseArguments } from "./argument-words.ts"
import { CLAUDE_OPTIONS, CODEX_OPTIONS } from "./option-tables.ts"

const claude = (...args: string[]) => parseArguments(args, CLAUDE_OPTIONS)

test("the value of an option is no word", () => {
  expect(claude("--name", "agents", "hello").words).toEqual(["hello"])
  expect(claude("--name=agents", "hello").words).toEqual(["hello"])
  expect(claude("--add-dir", "a", "b", "mcp", "--verbose", "hello").words).toEqual(["hello"])
  expect(claude("-r", "mcp").words).toEqual([])
  expect(claude("-r", "--verbose", "mcp").words).toEqual(["mcp"])
  expect(claude("--unknown", "mcp").words).toEqual(["mcp"])
  expect(parseArguments(["-mgpt-5", "-C", "exec", "resume"], CODEX_OPTIONS)).toEqual({
    words: ["resume"],
    options: new Map([
      ["-m", "gpt-5"],
      ["-C", "exec"],
    ]),
  })
})

test("all that follows a double dash is words", () => {
  expect(claude("--", "--print", "x").words).toEqual(["--print", "x"])
  expect(claude("--", "--print", "x").options.size).toBe(0)
})

test("whatever the arguments are, every word is one of them and it never fails", () => {
  const argument = fc.oneof(fc.string(), fc.constantFrom(...CLAUDE_OPTIONS.keys(), "--", "-", "", "-p"))
  fc.assert(
    fc.property(fc.array(argument), (args) => {
      const { words, options } = claude(...args)
      const left = [...args]
      for (const word of words) expect(left.splice(left.indexOf(word), 1)).toEqual([word])
      for (const name of options.keys()) expect(args.some((arg) => arg.startsWith(name))).toBe(true)
    }),
  )
})

test("options that come after the words change nothing about them", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,5}$/), { minLength: 1 }), (given) => {
      expect(claude(...given, "--model", "opus", "--verbose").words).toEqual(given)
    }),
  )
})
