// What to say while the daemon still reads the transcripts that were there when it started.

import { formatBytes } from "./format-bytes.ts"
import { formatPercent } from "./format-ratio.ts"
import type { FirstRead } from "./gen/vibecraft/v1/common_pb.ts"

/** "reading transcripts: 41 % of 1.2 GB, totals are partial"; undefined once it is done, and where nothing is known of it. */
export function formatFirstRead(firstRead: FirstRead | undefined): string | undefined {
  if (firstRead === undefined || firstRead.done) return undefined
  const { bytesRead, bytesTotal } = firstRead
  if (bytesTotal === 0n) return "looking for transcripts, totals are partial"
  const ratio = Math.min(1, Number(bytesRead) / Number(bytesTotal))
  return `reading transcripts: ${formatPercent(ratio)} of ${formatBytes(bytesTotal)}, totals are partial`
}
