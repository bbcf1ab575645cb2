// Moments as the contract writes them, where many are written: to have the library make one of a description takes several times as long.

import type { Timestamp } from "@bufbuild/protobuf/wkt"

/** Of Unix milliseconds. */
export function timestampMessage(ms: number): Timestamp {
  const seconds = Math.floor(ms / 1000)
  return { $typeName: "google.protobuf.Timestamp", seconds: BigInt(seconds), nanos: Math.round((ms - seconds * 1000) * 1_000_000) }
}
