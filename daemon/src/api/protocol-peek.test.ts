import * as fc from "fast-check"
import { expect, it } from "vitest"
import { versionOf } from "./protocol-peek.ts"

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")

it("waits while the bytes could still be either, and no longer", () => {
  fc.assert(
    fc.property(fc.nat({ max: PREFACE.length - 1 }), fc.uint8Array(), (length, more) => {
      const start = PREFACE.subarray(0, length)
      expect(versionOf(start)).toBe(undefined)
      expect(versionOf(Buffer.concat([PREFACE, more]))).toBe("http2")
      const wrong = (PREFACE[length] ?? 0) ^ 1
      expect(versionOf(Buffer.concat([start, Buffer.from([wrong]), more]))).toBe("http1")
    }),
  )
})

it("tells requests of HTTP/1.1 by their first differing byte", () => {
  expect(["G", "PO", "PROP", "PRI / HTTP/1.1", "\x16\x03\x01"].map((text) => versionOf(Buffer.from(text)))).toEqual([
    "http1",
    "http1",
    "http1",
    "http1",
    "http1",
  ])
})
