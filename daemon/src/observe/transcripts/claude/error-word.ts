// What a failed model request is called. A request that is tried again is written with its HTTP status alone, one that failed for good with the
// client's word and the API's type: the same trouble is to have the same word in both.

import { asObject, asString, type JsonObject } from "../json-fields.ts"

const BY_STATUS: Readonly<Record<number, string>> = {
  401: "authentication_failed",
  403: "authentication_failed",
  429: "rate_limit",
  529: "overloaded",
}

/** The word for what a retried request met; `error` as a system line holds it. */
export function retriedErrorWord(error: JsonObject | undefined): string {
  const status = error?.["status"]
  if (typeof status !== "number") return asObject(error?.["connection"]) === undefined ? "unknown" : "connection_failed"
  return BY_STATUS[status] ?? (status >= 500 ? "server_error" : "invalid_request")
}

/** The word for an error line: the client's own, but where it lumps together what retries tell apart. */
export function finalErrorWord(line: JsonObject): string {
  const word = asString(line["error"], 100) ?? asString(line["apiErrorType"], 100) ?? "unknown"
  if (word !== "server_error") return word
  if (line["apiError"] === "connection_failed") return "connection_failed"
  return line["apiErrorStatus"] === 529 || line["apiErrorType"] === "overloaded_error" ? "overloaded" : word
}
