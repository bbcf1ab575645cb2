import { describe, expect, it } from "vitest"
import { PortInUseError } from "./api/listen-errors.ts"
import { UsageError } from "./flags.ts"
import { failureLine } from "./startup-failure.ts"

const taken = new PortInUseError("127.0.0.1", 4003, undefined)

describe("failureLine", () => {
  it("takes what a user can put right as it is, and points to the help for bad usage", () => {
    expect(failureLine(taken)).toEqual({ line: taken.message, exitCode: 1 })
    expect(failureLine(new UsageError("--wat"))).toEqual({ line: "--wat (see vibecraftd --help)", exitCode: 2 })
  })

  it("names the first failure, not one that came while the rest was taken down", () => {
    expect(failureLine(new SuppressedError(new Error("worker terminated"), taken))).toEqual({ line: taken.message, exitCode: 1 })
  })

  it("stays one line without terminal controls, whatever it is thrown", () => {
    expect(failureLine(new Error("a\nb\u001b[31mc")).line).toBe("could not start: a b [31mc")
    expect(failureLine("text").line).toBe("could not start: text")
  })
})
