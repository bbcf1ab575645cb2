// Rows of metrics as they go over the wire in the binary format, encoded once for everybody who watches: to encode one takes longer than to
// send it, and several clients mostly hear of the same change. Connect encodes what a handler yields by itself, and what is encoded already it
// takes as fields that it does not know.

import { toBinary, type UnknownField } from "@bufbuild/protobuf"
import { WireType } from "@bufbuild/protobuf/wire"
import type { Metrics } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"
import { type MetricsUpdated, MetricsUpdatedSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"

const TYPE = "vibecraft.v1.MetricsUpdated"
const { metrics: FIELD } = MetricsUpdatedSchema.field

/** By row, as long as the world publishes it. */
const encoded = new WeakMap<Metrics, UnknownField>()

/** For one of several clients that read the binary format: in JSON these rows would not show, and for a single one nothing is spared. */
export function encodedUpdate(rows: readonly Metrics[]): MetricsUpdated {
  return { $typeName: TYPE, metrics: [], $unknown: rows.map(encodedRow) }
}

function encodedRow(row: Metrics): UnknownField {
  let field = encoded.get(row)
  if (field === undefined) {
    // Whoever writes a field puts its tag before it, which takes one byte.
    const data = toBinary(MetricsUpdatedSchema, { $typeName: TYPE, metrics: [row] }).subarray(1)
    encoded.set(row, (field = { no: FIELD.number, wireType: WireType.LengthDelimited, data }))
  }
  return field
}
