// Why the daemon cannot listen: one class per reason, each message one line that says what to do.

/** Thrown when another program has the port. */
export class PortInUseError extends Error {
  override readonly name = "PortInUseError"
  readonly host: string
  readonly port: number
  constructor(host: string, port: number, cause: unknown) {
    super(`port ${port} on ${host} is taken by another program; stop it or choose another port with --port`, { cause })
    this.host = host
    this.port = port
  }
}

/** Thrown when the address cannot be listened on: no such address, no right to the port. */
export class AddressUnusableError extends Error {
  override readonly name = "AddressUnusableError"
  constructor(host: string, port: number, cause: unknown) {
    super(`cannot listen on ${host} port ${port}: ${reasonOf(cause)}`, { cause })
  }
}

/** Thrown when a program answers on the unix socket. */
export class SocketInUseError extends Error {
  override readonly name = "SocketInUseError"
  readonly path: string
  constructor(path: string) {
    super(`another daemon answers on the socket ${path}; stop it or choose another path with --socket`)
    this.path = path
  }
}

/** Thrown when the unix socket cannot be made: path too long, no such folder, something else in its place. */
export class SocketUnusableError extends Error {
  override readonly name = "SocketUnusableError"
  readonly path: string
  constructor(path: string, why: string, cause?: unknown) {
    super(`cannot listen on the socket ${path}: ${why}`, { cause })
    this.path = path
  }
}

/** What a system error says, in a few words. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
