// Writes members of messages in the binary format of Protocol Buffers: what the library writes, in half the time, and some members alone, so that
// a message can be put together of parts.

import { type DescField, type DescMessage, type MessageShape, ScalarType } from "@bufbuild/protobuf"
import { WireType } from "@bufbuild/protobuf/wire"
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt"
import type { WireOutput } from "./wire-output.ts"

/** A message as its members are looked up. */
type Members = Readonly<Record<string, unknown>>
type Write = (output: WireOutput, members: Members) => void
type WriteValue = (output: WireOutput, value: unknown) => void

/** The members that a type of message has. */
type MemberName<Desc extends DescMessage> = keyof Desc["field"] & keyof MessageShape<Desc> & string

/** Some members of a message, each named; absent ones are undefined. */
type Named<Shape, Name extends keyof Shape> = {
  readonly [Key in Name]-?: Shape[Key]
}

const writers = new Map<DescMessage, Write>()

/**
 * What writes these members of a type of message, in this order; none where they are absent or zero, as the format has it. Fields that are not
 * known are left out. Throws TypeError for a kind of field that no message here has.
 */
export function membersWriter<Desc extends DescMessage, Name extends MemberName<Desc>>(
  desc: Desc,
  ...names: readonly Name[]
): (output: WireOutput, members: Named<MessageShape<Desc>, Name>) => void {
  return allOf(names.map((name) => fieldWriter(desc.field[name] as DescField)))
}

function messageWriter(desc: DescMessage): Write {
  let writer = writers.get(desc)
  if (writer !== undefined) return writer
  const fields: Write[] = []
  writer = allOf(fields)
  // Before its fields: a message may hold others of its type.
  writers.set(desc, writer)
  fields.push(...desc.fields.toSorted((a, b) => a.number - b.number).map(fieldWriter))
  return writer
}

function allOf(fields: readonly Write[]): Write {
  return (output, members) => {
    for (let n = 0; n < fields.length; n++) fields[n]?.(output, members)
  }
}

function fieldWriter(field: DescField): Write {
  const { localName: name } = field
  if (field.fieldKind === "map") return mapWriter(field)
  const write = valueWriter(field)
  if (field.fieldKind === "list") {
    return (output, members) => {
      const items = members[name] as readonly unknown[]
      for (let n = 0; n < items.length; n++) write(output, items[n])
    }
  }
  if (field.oneof !== undefined) throw notWritten(field)
  if (field.presence === FeatureSet_FieldPresence.IMPLICIT) return implicitWriter(field, write)
  return (output, members) => {
    const value = members[name]
    if (value !== undefined) write(output, value)
  }
}

/** Leaves out what is zero. */
function implicitWriter(field: DescField, write: WriteValue): Write {
  const { localName: name, scalar } = field
  const tag = tagOf(field)
  switch (scalar) {
    case ScalarType.INT64:
      return (output, members) => output.int64(tag, members[name] as bigint, false)
    case ScalarType.DOUBLE:
      // Negative zero is written.
      return (output, members) => {
        if (!Object.is(members[name], 0)) write(output, members[name])
      }
    default: {
      const zero = scalar === ScalarType.STRING ? "" : scalar === ScalarType.BOOL ? false : 0
      return (output, members) => {
        const value = members[name]
        if (value !== zero) write(output, value)
      }
    }
  }
}

/** Writes one value, whatever it is. */
function valueWriter(field: Exclude<DescField, { readonly fieldKind: "map" }>): WriteValue {
  const tag = tagOf(field)
  if (field.message !== undefined) {
    const write = messageWriter(field.message)
    return (output, value) => {
      output.tag(tag)
      const start = output.begin()
      write(output, value as Members)
      output.end(start)
    }
  }
  if (field.fieldKind === "list" && field.packed) throw notWritten(field)
  if (field.enum !== undefined) return (output, value) => output.int32(tag, value as number)
  switch (field.scalar) {
    case ScalarType.STRING:
      return (output, value) => output.text(tag, value as string)
    case ScalarType.INT64:
      return (output, value) => output.int64(tag, value as bigint, true)
    case ScalarType.INT32:
      return (output, value) => output.int32(tag, value as number)
    case ScalarType.BOOL:
      return (output, value) => output.bool(tag, value as boolean)
    case ScalarType.DOUBLE:
      return (output, value) => output.double(tag, value as number)
    default:
      throw notWritten(field)
  }
}

function mapWriter(field: DescField & { readonly fieldKind: "map" }): Write {
  const { localName: name, mapKey, scalar } = field
  if (mapKey !== ScalarType.STRING || scalar !== ScalarType.INT32) throw notWritten(field)
  const tag = tagOf(field)
  const keyTag = (1 << 3) | WireType.LengthDelimited
  const valueTag = (2 << 3) | WireType.Varint
  return (output, members) => {
    const record = members[name] as Readonly<Record<string, number>>
    for (const key of Object.keys(record)) {
      output.tag(tag)
      const start = output.begin()
      output.text(keyTag, key)
      output.int32(valueTag, record[key] ?? 0)
      output.end(start)
    }
  }
}

function tagOf(field: DescField): number {
  return (field.number << 3) | wireTypeOf(field)
}

function wireTypeOf({ fieldKind, scalar, enum: ofEnum }: DescField): WireType {
  if (fieldKind === "map") return WireType.LengthDelimited
  if (ofEnum !== undefined) return WireType.Varint
  switch (scalar) {
    case ScalarType.INT64:
    case ScalarType.INT32:
    case ScalarType.BOOL:
      return WireType.Varint
    case ScalarType.DOUBLE:
      return WireType.Bit64
    default:
      return WireType.LengthDelimited
  }
}

function notWritten(field: DescField): TypeError {
  return new TypeError(`${field.toString()} is of a kind that is not written here`)
}
