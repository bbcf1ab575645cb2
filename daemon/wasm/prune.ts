// AssemblyScript, compiled by `npm run wasm`. Walks lines of JSON in the module's memory and writes each down again with only the members that a
// shape names and without the ends of long strings: what comes out is small JSON for the engine's own parser. `lines` writes many as one array.
//
// It knows JSON as the agents write it. A line written otherwise becomes a 0, and is left to a parser; so does one that does not fit the output.
// Every run of bytes it is given must end with a newline, and 64 bytes behind the end may be looked at.

import { CLOSE_BRACKET, COMMA, NEWLINE, OPEN_BRACE, OPEN_BRACKET, RETURN } from "./ascii"
import { lineEnd } from "./ends"
import { Output, put } from "./output"
import { Repeats } from "./repeats"
import { value } from "./value"
import { DROPPED, FINE, FULL, ODD, Walk } from "./walk"

let droppedLines: i32 = 0

/** Forgets what was repeated so far. */
export function forget(): void {
  Repeats.generation++
}

/** Where the next call goes on. */
export function nextAt(): usize {
  return Walk.at
}

/** Behind the last byte written. */
export function outEnd(): usize {
  return Output.at
}

/** Lines passed over by the last call. */
export function dropped(): i32 {
  return droppedLines
}

/** How many repeated values the last call wrote in full: as many must be found, or what a 0 stands for is not sure. */
export function said(): i32 {
  return Repeats.said
}

/**
 * Writes the lines from `start` to `end`, or as many as fit, to `to` in ASCII and answers how many. For each, `spans` gets where it starts and
 * ends. There is room for 64 bytes behind `limit`.
 */
export function lines(start: usize, end: usize, shape: usize, to: usize, limit: usize, spans: usize, maxLines: i32): i32 {
  Walk.at = start
  Output.at = to
  Output.limit = limit
  droppedLines = 0
  Repeats.said = 0
  let count = 0
  put(OPEN_BRACKET)
  while (Walk.at < end && count < maxLines) {
    Walk.line = Walk.at
    if (load<u8>(Walk.at) === NEWLINE) {
      Walk.at++
      continue
    }
    const outStart = Output.at
    const saidBefore = Repeats.said
    Walk.verdict = FINE
    if (count > 0) put(COMMA)
    if (load<u8>(Walk.at) === OPEN_BRACE) value(shape)
    else Walk.verdict = ODD
    if (Walk.verdict === FINE) {
      if (load<u8>(Walk.at) === RETURN) Walk.at++
      if (load<u8>(Walk.at) !== NEWLINE) Walk.verdict = ODD
    }
    if (Walk.verdict !== FINE) {
      Output.at = outStart
      Repeats.said = saidBefore
      Repeats.generation++
    }
    if (Walk.verdict === DROPPED) {
      droppedLines++
      Walk.at = lineEnd(Walk.at) + 1
      continue
    }
    if (Walk.verdict !== FINE) {
      if (Walk.verdict === FULL && count > 0) {
        Walk.at = Walk.line
        break
      }
      if (count > 0) put(COMMA)
      put(0x30)
      Walk.at = lineEnd(Walk.line)
    }
    store<u32>(spans + ((<usize>count) << 3), <u32>Walk.line)
    store<u32>(spans + ((<usize>count) << 3), <u32>Walk.at, 4)
    count++
    Walk.at++
  }
  put(CLOSE_BRACKET)
  return count
}
