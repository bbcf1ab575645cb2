import { expect, test } from "vitest"
import { createPaint, usesColor } from "./paint.ts"

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: "1" }, false],
  [true, { NO_COLOR: "" }, true],
  [true, { TERM: "dumb" }, false],
  [false, { FORCE_COLOR: "1" }, true],
  [true, { FORCE_COLOR: "0" }, false],
  [true, { FORCE_COLOR: "false" }, false],
  [false, { FORCE_COLOR: "3", NO_COLOR: "1" }, true],
])("on a terminal: %s, with %o: colour is %s", (isTty, env, expected) => {
  expect(usesColor(isTty, env)).toBe(expected)
})

test("paint leaves a text alone where there is nothing to say", () => {
  expect(createPaint(true)(undefined, "x")).toBe("x")
  expect(createPaint(true)("dim", "")).toBe("")
  expect(createPaint(false)("bad", "x")).toBe("x")
  expect(createPaint(true)("bad", "x")).toBe("\x1b[31mx\x1b[0m")
})
