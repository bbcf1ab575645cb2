// A conversation's metrics as they are published: ready for the wire, and as a message for who reads them here or in JSON.

import { fromBinary } from "@bufbuild/protobuf"
import { sizeDelimitedPeek } from "@bufbuild/protobuf/wire"
import { type Metrics, MetricsSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"

export class PublishedRow {
  readonly conversationId: string
  /** A vibecraft.v1.Metrics in the binary format, its length before it. */
  readonly bytes: Uint8Array

  constructor(conversationId: string, bytes: Uint8Array) {
    this.conversationId = conversationId
    this.bytes = bytes
  }

  /** Made anew each time: it takes ten times what the bytes take, and hardly anybody asks twice. */
  get message(): Metrics {
    return fromBinary(MetricsSchema, this.bytes.subarray(sizeDelimitedPeek(this.bytes).offset ?? 0))
  }
}
