// A conversation's metrics as they are published: ready for the wire, and as a message for who reads them here or in JSON.

import { fromBinary } from "@bufbuild/protobuf"
import { sizeDelimitedPeek } from "@bufbuild/protobuf/wire"
import { type Metrics, MetricsSchema } from "@vibecraft/shared/gen/vibecraft/v1/metrics_pb"

export class PublishedRow {
  readonly conversationId: string
  /** A vibecraft.v1.Metrics in the binary format, its length before it. */
  readonly bytes: Uint8Array
  #message: Metrics | undefined

  constructor(conversationId: string, bytes: Uint8Array) {
    this.conversationId = conversationId
    this.bytes = bytes
  }

  /** The same each time. Nobody changes it. */
  get message(): Metrics {
    return (this.#message ??= fromBinary(MetricsSchema, this.bytes.subarray(sizeDelimitedPeek(this.bytes).offset ?? 0)))
  }
}
