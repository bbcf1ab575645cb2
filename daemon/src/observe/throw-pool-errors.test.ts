import { EventEmitter } from "node:events"
import { expect, test } from "vitest"
import { throwPoolErrors } from "./throw-pool-errors.ts"

test("errors are thrown until the pool is ended, and then are nobody's", () => {
  const pool = new EventEmitter()
  const letErrorsGo = throwPoolErrors(pool)
  expect(() => pool.emit("error", new Error("a thread died"))).toThrow("a thread died")
  letErrorsGo()
  expect(() => pool.emit("error", new Error("a late answer"))).not.toThrow()
})
