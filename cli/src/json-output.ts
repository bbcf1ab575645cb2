// Messages as protobuf JSON for scripts: zeros written out, int64 as strings, full enum names.

import { type DescMessage, type MessageShape, toJson } from "@bufbuild/protobuf"

/** Characters that JSON leaves as they are and a terminal might obey: C1 controls, line separators, bidirectional and other format characters. */
const UNSAFE = /[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu

/** The message as JSON text, indented unless `indent` is 0. What a terminal might obey is escaped, which changes nothing for a JSON reader. */
export function jsonText<D extends DescMessage>(schema: D, message: MessageShape<D>, indent = 2): string {
  return JSON.stringify(toJson(schema, message, { alwaysEmitImplicit: true }), null, indent).replace(UNSAFE, escape)
}

function escape(text: string): string {
  return Array.from({ length: text.length }, (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, "0")}`).join("")
}
