// The client's side of the Connect protocol, as far as this program needs it: binary messages over HTTP/1.1, one answer or a stream of them.
// The library's client does all of the protocol, but loading it takes a third of the time in which a whole `vibecraft ls` is to be done.

import {
  type DescMessage,
  type DescMethod,
  type MessageInitShape,
  type MessageShape,
  create,
  fromBinary,
  toBinary,
} from "@bufbuild/protobuf"
import type { IncomingMessage } from "node:http"
import type { Endpoint } from "./endpoint.ts"
import { httpPost } from "./http-post.ts"
import { ConnectionError, RpcError, rpcErrorFromJson } from "./rpc-error.ts"

/** What an answer begins with. */
export interface Head {
  /** By lower-case name. */
  readonly headers: IncomingMessage["headers"]
}

type Method<I extends DescMessage, O extends DescMessage> = DescMethod & { readonly input: I; readonly output: O }

/** Longest message taken from a server: far above any of ours, and well below what would hurt. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024
const ENVELOPE_BYTES = 5
const COMPRESSED = 0b01
const END_OF_STREAM = 0b10

/** One question, one answer. Throws ConnectionError or RpcError. */
export async function callUnary<I extends DescMessage, O extends DescMessage>(
  endpoint: Endpoint,
  method: Method<I, O>,
  request: MessageInitShape<I>,
  timeoutMs: number,
): Promise<{ head: Head; message: MessageShape<O> }> {
  const deadline = AbortSignal.timeout(timeoutMs)
  try {
    const body = toBinary(method.input, create(method.input, request))
    const headers = { "content-type": "application/proto", "connect-protocol-version": "1", "connect-timeout-ms": `${timeoutMs}` }
    const response = await httpPost(endpoint, pathOf(method), headers, body, deadline)
    const bytes = await readAll(response)
    if (response.statusCode !== 200) throw refusal(response, bytes)
    expectType(response, "application/proto")
    return { head: response, message: decode(() => fromBinary(method.output, bytes)) }
  } catch (error) {
    throw deadline.aborted ? new RpcError("deadline_exceeded", `no answer within ${timeoutMs / 1000} s`) : error
  }
}

/** Asks for a stream; `messages` ends with it. Throws ConnectionError or RpcError, from `messages` as well. The signal ends it at once. */
export async function callStream<I extends DescMessage, O extends DescMessage>(
  endpoint: Endpoint,
  method: Method<I, O>,
  request: MessageInitShape<I>,
  signal: AbortSignal,
): Promise<{ head: Head; messages: AsyncGenerator<MessageShape<O>, void> }> {
  const payload = toBinary(method.input, create(method.input, request))
  const body = Buffer.alloc(ENVELOPE_BYTES + payload.byteLength)
  body.writeUInt32BE(payload.byteLength, 1)
  body.set(payload, ENVELOPE_BYTES)
  const headers = { "content-type": "application/connect+proto", "connect-protocol-version": "1" }
  const response = await httpPost(endpoint, pathOf(method), headers, body, signal)
  if (response.statusCode !== 200) throw refusal(response, await readAll(response))
  expectType(response, "application/connect+proto")
  return { head: response, messages: readMessages(response, method.output) }
}

async function* readMessages<O extends DescMessage>(response: IncomingMessage, schema: O): AsyncGenerator<MessageShape<O>, void> {
  for await (const { flags, payload } of readEnvelopes(response)) {
    if ((flags & COMPRESSED) !== 0) throw new RpcError("internal", "the server compressed a message though it was not asked to")
    if ((flags & END_OF_STREAM) === 0) {
      yield decode(() => fromBinary(schema, payload))
      continue
    }
    const end = decode((): unknown => JSON.parse(Buffer.from(payload).toString("utf8")))
    if (typeof end === "object" && end !== null && "error" in end) throw rpcErrorFromJson(end.error)
    return
  }
  throw new ConnectionError("the stream broke off")
}

/** Cuts the body into envelopes, however the bytes arrive: a byte of flags, four of length, the payload. */
async function* readEnvelopes(response: IncomingMessage): AsyncGenerator<{ flags: number; payload: Uint8Array }, void> {
  let chunks: Buffer[] = []
  let have = 0
  let need = ENVELOPE_BYTES
  for await (const chunk of bodyOf(response)) {
    chunks.push(chunk)
    have += chunk.byteLength
    if (have < need) continue
    let bytes = Buffer.concat(chunks)
    for (;;) {
      need = bytes.byteLength < ENVELOPE_BYTES ? ENVELOPE_BYTES : ENVELOPE_BYTES + bytes.readUInt32BE(1)
      if (need > MAX_MESSAGE_BYTES) throw new RpcError("resource_exhausted", `the server announces a message of ${need} bytes`)
      if (bytes.byteLength < need) break
      yield { flags: bytes.readUInt8(0), payload: bytes.subarray(ENVELOPE_BYTES, need) }
      bytes = bytes.subarray(need)
    }
    chunks = [bytes]
    have = bytes.byteLength
  }
}

async function readAll(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let have = 0
  for await (const chunk of bodyOf(response)) {
    chunks.push(chunk)
    have += chunk.byteLength
    if (have > MAX_MESSAGE_BYTES) throw new RpcError("resource_exhausted", "the answer is longer than any of ours")
  }
  return Buffer.concat(chunks)
}

async function* bodyOf(response: IncomingMessage): AsyncGenerator<Buffer, void> {
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) yield chunk
  } catch (cause) {
    throw new ConnectionError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/** The error of an answer that is none: Connect's own as JSON, or whatever a foreign server says. */
function refusal(response: IncomingMessage, body: Buffer): RpcError {
  const status = response.statusCode ?? 0
  if (response.headers["content-type"]?.startsWith("application/json") === true) {
    try {
      return rpcErrorFromJson(JSON.parse(body.toString("utf8")))
    } catch {
      // Not Connect's.
    }
  }
  return new RpcError(status === 404 ? "unimplemented" : status === 503 ? "unavailable" : "unknown", `HTTP ${status}`)
}

function expectType(response: IncomingMessage, type: string): void {
  if (response.headers["content-type"] !== type)
    throw new RpcError("unimplemented", `an answer of type ${response.headers["content-type"] ?? "none"}`)
}

/** What a server says may be anything: then it is an error of the call, not of this program. */
function decode<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new RpcError("internal", `the answer cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`
}
