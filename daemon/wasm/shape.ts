// Where things are in a shape, which says what is wanted of a value. As 32-bit numbers: units, tail units, shape of the items, kind, table of
// members, table of texts whose line is dropped, table of values that tell, shape where nothing beside has told, place and room of what is repeated.

export const TAIL_UNITS = 4
export const ITEMS = 8
export const KIND = 12
export const MEMBERS = 16
export const DROPS = 20
export const TELLING = 24
export const OTHERWISE = 28
/** Where the last value is kept: generation, line, length, and room for as many bytes as the second number says. */
export const KEPT = 32
export const KEPT_ROOM = 36

/** Whole, and a 0 where it is the very same object or text as the last time. */
export const KIND_REPEATED = 2
