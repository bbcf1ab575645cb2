// Rows of metrics as they stand in an answer. They are encoded already: who reads the binary format is sent them as they are, and only for JSON
// are messages made of them.

import type { DescField, UnknownField } from "@bufbuild/protobuf"
import { WireType } from "@bufbuild/protobuf/wire"
import type { Metrics } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { PublishedRow } from "../model/rows/published-row.ts"

/** The rows of an answer: as messages, or as fields that Connect does not know and writes as they are. */
interface Rows {
  readonly metrics: Metrics[]
  readonly $unknown?: UnknownField[]
}

/** Whether a client that sends this reads the binary format; where it does not say, it does not. */
export function readsBinary(requestHeader: Headers): boolean {
  const type = requestHeader.get("content-type")
  return type !== null && !type.includes("json")
}

/** Rows for a field of an answer. */
export function rowsMember(rows: readonly PublishedRow[], { number }: DescField, isBinary: boolean): Rows {
  if (!isBinary) return { metrics: rows.map((row) => row.message) }
  return { metrics: [], $unknown: rows.map(({ bytes }) => ({ no: number, wireType: WireType.LengthDelimited, data: bytes })) }
}
