/** The shape of a status, the same in the list, the panel and the world. */
import type { Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { type StatusShape, statusWord } from "@vibecraft/shared/status-words"
import type { JSX } from "preact"

const SHAPES: Readonly<Record<StatusShape, JSX.Element>> = {
  triangle: (
    <>
      <path d="M8 2.2 14.6 13.4H1.4Z" fill="currentColor" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round" />
      <path d="M8 6v3.6M8 11.6v.3" stroke="#0a0f1a" stroke-width="1.7" stroke-linecap="round" />
    </>
  ),
  disc: <circle cx="8" cy="8" r="5.2" fill="currentColor" />,
  ring: <circle cx="8" cy="8" r="4.5" fill="none" stroke="currentColor" stroke-width="2.2" />,
  half: (
    <>
      <circle cx="8" cy="8" r="4.7" fill="none" stroke="currentColor" stroke-width="1.8" />
      <path d="M8 3.3a4.7 4.7 0 0 0 0 9.4Z" fill="currentColor" />
    </>
  ),
  square: <rect x="3.2" y="3.2" width="9.6" height="9.6" rx="1.4" fill="currentColor" />,
  cross: <path d="m4 4 8 8m0-8-8 8" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" />,
  dot: <circle cx="8" cy="8" r="2.4" fill="currentColor" />,
  hatched: <circle cx="8" cy="8" r="4.7" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="2.2 1.9" />,
}

/** Decorative: the word stands beside it. */
export function StatusIcon({ status }: { readonly status: Status }): JSX.Element {
  const { shape, word } = statusWord(status)
  return (
    <svg class={`status-icon is-${word}`} viewBox="0 0 16 16" aria-hidden="true">
      {SHAPES[shape]}
    </svg>
  )
}
