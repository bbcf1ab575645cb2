// Where the walk is and how it goes with the line it is in. There is one at a time.

/** How a line ended: as usual, otherwise than agents write, with more output than there is room for, not wanted at all. */
export const FINE = 0
export const ODD = 1
export const FULL = 2
export const DROPPED = 3

export class Walk {
  /** Of the next byte. */
  static at: usize = 0
  /** Of the first byte of the line. */
  static line: usize = 0
  static verdict: i32 = FINE
}
