/** The DOM id of a session's row. Session ids are opaque, so what a DOM id may not hold is written as its code. */
export function rowElementId(sessionId: string): string {
  return `session-${sessionId.replace(/[^\w-]/g, (letter) => `.${letter.codePointAt(0)?.toString(16)}`)}`
}
