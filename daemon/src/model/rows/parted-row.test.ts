import { fromBinary, type MessageShape } from "@bufbuild/protobuf"
import { sizeDelimitedPeek } from "@bufbuild/protobuf/wire"
import { MetricsSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import fc from "fast-check"
import { describe, expect, it, vi } from "vitest"
import { membersWriter } from "./members-writer.ts"
import { newPart, PartedRow } from "./parted-row.ts"
import type { WireOutput } from "./wire-output.ts"

const writeModels = membersWriter(MetricsSchema, "models")

function writeModel(output: WireOutput, model: string): void {
  writeModels(output, { models: [model] })
}

function decoded(bytes: Uint8Array): MessageShape<typeof MetricsSchema> {
  const { offset, size } = sizeDelimitedPeek(bytes)
  expect(bytes.length).toBe((offset ?? 0) + (size ?? 0))
  return fromBinary(MetricsSchema, bytes.subarray(offset ?? 0))
}

describe("a row of parts", () => {
  it("holds what each part tells of now, whichever are written, whatever their lengths", () => {
    const lengths = fc.constantFrom(1, 20, 100, 127, 128, 5_000, 20_000)
    const rows = fc.array(fc.array(fc.option(lengths, { nil: undefined }), { minLength: 4, maxLength: 4 }), { maxLength: 10 })
    fc.assert(
      fc.property(rows, (list) => {
        const row = new PartedRow()
        const parts = [newPart(), newPart(), newPart(), newPart()]
        for (const told of list) {
          row.begin()
          for (const [at, part] of parts.entries()) {
            const length = told[at]
            if (length !== undefined) row.part(part, `${at}`.repeat(length), writeModel)
          }
          const expected = told.flatMap((length, at) => (length === undefined ? [] : [`${at}`.repeat(length)]))
          expect(decoded(row.end()).models).toEqual(expected)
        }
      }),
    )
  })

  it("writes a part anew only where it tells of something else", () => {
    const row = new PartedRow()
    const [first, second] = [newPart(), newPart()]
    const write = vi.fn<typeof writeModel>(writeModel)
    const tell = (one: string, other: string): readonly string[] => {
      write.mockClear()
      row.begin()
      row.part(first, one, write)
      row.part(second, other, write)
      row.end()
      return write.mock.calls.map(([, told]) => told)
    }
    expect(tell("a", "b")).toEqual(["a", "b"])
    expect(tell("a", "c")).toEqual(["c"])
    expect(tell("d", "c")).toEqual(["d"])
    expect(tell("d", "c")).toEqual([])
  })

  it("writes a part in the first row of all, though it tells of nothing", () => {
    const row = new PartedRow()
    row.begin()
    row.part(newPart(), undefined, (output) => writeModel(output, "none"))
    expect(decoded(row.end()).models).toEqual(["none"])
  })

  it("is right after one that did not come to its end", () => {
    const row = new PartedRow()
    const [first, second] = [newPart(), newPart()]
    row.begin()
    row.part(first, "a", writeModel)
    row.part(second, "b", writeModel)
    row.end()
    row.begin()
    row.part(first, "longer than before", writeModel)
    expect(() =>
      row.part(second, "c", () => {
        throw new Error("no figures")
      }),
    ).toThrow("no figures")
    row.begin()
    row.part(first, "longer than before", writeModel)
    row.part(second, "b", writeModel)
    expect(decoded(row.end()).models).toEqual(["longer than before", "b"])
  })
})
