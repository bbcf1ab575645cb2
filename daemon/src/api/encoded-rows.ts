// Rows of metrics as they stand in a message to who watches.

import type { DescField, UnknownField } from "@bufbuild/protobuf"
import { WireType } from "@bufbuild/protobuf/wire"
import type { Metrics } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import type { PublishedRow } from "../model/rows/published-row.ts"

/** A message's rows: as messages, or as fields that Connect does not know, and writes as they are. */
interface Rows {
  readonly metrics: Metrics[]
  readonly $unknown?: UnknownField[]
}

/** For a client that reads the binary format, `isBinary`, they are encoded already: in JSON they would not show then. */
export function rowsMember(rows: readonly PublishedRow[], field: DescField, isBinary: boolean): Rows {
  if (!isBinary) return { metrics: rows.map((row) => row.message) }
  return { metrics: [], $unknown: rows.map(({ bytes }) => ({ no: field.number, wireType: WireType.LengthDelimited, data: bytes })) }
}
