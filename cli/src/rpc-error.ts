// What a call can come back with instead of an answer.

/** Thrown when the server answered with an error; `code` is Connect's word for it, for example "not_found". The message is untrusted text. */
export class RpcError extends Error {
  override readonly name = "RpcError"
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Thrown when no connection came about, or it broke before the answer was whole; `cause` is Node's error with its code. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError"
}

/** Reads the error of Connect's JSON: `{"code": …, "message": …}`. */
export function rpcErrorFromJson(json: unknown): RpcError {
  const { code, message } = typeof json === "object" && json !== null ? (json as { code?: unknown; message?: unknown }) : {}
  return new RpcError(typeof code === "string" ? code : "unknown", typeof message === "string" ? message : "no reason given")
}
