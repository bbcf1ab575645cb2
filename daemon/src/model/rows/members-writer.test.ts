import { create, type DescField, type DescMessage, type MessageInitShape, fromBinary, ScalarType, toBinary } from "@bufbuild/protobuf"
import { file_vibecraft_v1_hierarchy } from "@vibecraft/shared/gen/vibecraft/v1/hierarchy_pb"
import { file_vibecraft_v1_metrics, MetricsSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { ListLatencyRequestSchema, WatchMetricsResponseSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { file_vibecraft_v1_session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { membersWriter } from "./members-writer.ts"
import { WireOutput } from "./wire-output.ts"

const TYPES = [file_vibecraft_v1_metrics, file_vibecraft_v1_hierarchy, file_vibecraft_v1_session].flatMap(({ messages }) => messages)

/** Short and long, of one to four bytes a character, with halves of pairs, which no text should hold. */
const texts = fc.oneof(
  fc.constantFrom("", "a", "x".repeat(63), "x".repeat(64), "x".repeat(127), "x".repeat(128), "é".repeat(64), "\ud800", "😀".repeat(40)),
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.string({ maxLength: 20 }),
)

function valuesOf(field: DescField, depth: number): fc.Arbitrary<unknown> {
  if (field.enum !== undefined) return fc.constantFrom(...field.enum.values.map(({ number }) => number))
  if (field.message !== undefined) return messagesOf(field.message, depth + 1)
  switch (field.scalar) {
    case ScalarType.STRING:
      return texts
    case ScalarType.INT64:
      return fc.oneof(fc.constantFrom(0n, -1n), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: 0n, max: 300n }))
    case ScalarType.INT32:
      return fc.oneof(fc.constantFrom(0, -1), fc.integer())
    case ScalarType.BOOL:
      return fc.boolean()
    case ScalarType.DOUBLE:
      return fc.oneof(fc.constantFrom(0, -0), fc.double())
    default:
      throw new Error(`no values for ${field.toString()}`)
  }
}

function membersOf(field: DescField, depth: number): fc.Arbitrary<unknown> {
  const values = valuesOf(field, depth)
  if (field.fieldKind === "list") return fc.array(values, { maxLength: depth > 1 ? 0 : 3 })
  if (field.fieldKind === "map") return fc.dictionary(texts, values, { maxKeys: 3, noNullPrototype: true })
  const isAbsentAtTimes = field.message !== undefined || field.proto.proto3Optional
  return isAbsentAtTimes ? fc.option(values, { nil: undefined, ...(depth > 1 ? { freq: 1 } : {}) }) : values
}

function messagesOf(desc: DescMessage, depth = 0): fc.Arbitrary<MessageInitShape<DescMessage>> {
  const members = Object.fromEntries(desc.fields.map((field) => [field.localName, membersOf(field, depth)]))
  return fc.record(members, { noNullPrototype: true }).map((init) => create(desc, init as MessageInitShape<DescMessage>))
}

function writtenBy(write: (output: WireOutput) => void): string {
  const output = new WireOutput()
  write(output)
  return Buffer.from(output.bytes()).toString("hex")
}

describe("members of messages", () => {
  it.each(TYPES.map((desc) => [desc.typeName, desc] as const))("are written as the library writes them: %s", (_name, desc) => {
    const names = desc.fields.toSorted((a, b) => a.number - b.number).map(({ localName }) => localName)
    const write = membersWriter(desc, ...(names as never[]))
    fc.assert(
      fc.property(messagesOf(desc), (message) => {
        const written = writtenBy((output) => write(output, message))
        expect(written).toBe(Buffer.from(toBinary(desc, message as never)).toString("hex"))
      }),
      { numRuns: 100 },
    )
  })

  it("are written one after the other, others left out", () => {
    const message = create(MetricsSchema, { sessionId: "s", conversationId: "c", requests: 3n, toolCounts: { Bash: 2 } })
    const [first, second] = [membersWriter(MetricsSchema, "requests"), membersWriter(MetricsSchema, "toolCounts", "sessionId")]
    const expected = create(MetricsSchema, { sessionId: "s", requests: 3n, toolCounts: { Bash: 2 } })
    const written = writtenBy((output) => {
      first(output, message)
      second(output, message)
    })
    expect(fromBinary(MetricsSchema, Buffer.from(written, "hex"))).toEqual(expected)
  })

  it("are refused of a kind that is not written", () => {
    expect(() => membersWriter(ListLatencyRequestSchema, "clocks")).toThrow("clocks is of a kind that is not written here")
    expect(() => membersWriter(WatchMetricsResponseSchema, "updated" as never)).toThrow("updated is of a kind that is not written here")
  })
})
