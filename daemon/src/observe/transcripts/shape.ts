// Which parts of a line a normaliser reads. Most bytes of a transcript are texts that nobody here looks at: a line costs what is wanted of it and
// not what is in it.

/** What is kept of one JSON value. Numbers, true, false and null are kept in any case. */
export interface Shape {
  /** Of a string, at least the first so many UTF-16 units are kept, and one more of a longer one, so that it is seen to be longer. */
  readonly units: number
  /** Of a string cut behind `units`, the last so many units are kept too. */
  readonly tailUnits: number
  /** What is kept of an object's members; all others are left out. */
  readonly members: Readonly<Record<string, Shape>>
  /** What is kept of an array's elements; undefined keeps an empty array. */
  readonly items: Shape | undefined
  /** `whole`: all of the value. `repeated`: all of an object or a string, written once where lines repeat it; null for anything else. */
  readonly keep: "parts" | "whole" | "repeated"
  /** Strings that stand for lines of which nothing is wanted at all. */
  readonly drops: readonly string[]
  /** Values by which a member tells that those beside it are wanted in full. */
  readonly tells: readonly (string | boolean)[]
  /** What is kept instead where no member beside it has told. One member of an object at most. */
  readonly otherwise: Shape | undefined
}

const NOTHING: Shape = { units: 0, tailUnits: 0, members: {}, items: undefined, keep: "parts", drops: [], tells: [], otherwise: undefined }

/** Whether a value is there, and of what kind: a string of at least a unit where there is one, an empty object, an empty array. */
export const present: Shape = NOTHING

/** All of a value, for values that are small or of no known build. */
export const whole: Shape = { ...NOTHING, keep: "whole" }

/**
 * All of an object or a string that neighbouring lines mostly repeat, which is parsed once where it takes no more than so many
 * bytes. Each member has one of its own.
 */
export function repeated(bytes: number): Shape {
  return { ...NOTHING, keep: "repeated", units: bytes }
}

/** The first units of a string. */
export function text(units: number, tailUnits = 0): Shape {
  return { ...NOTHING, units, tailUnits }
}

/** A string by which lines that are one of `names` are left out altogether. */
export function dropping(shape: Shape, names: Iterable<string>): Shape {
  return { ...shape, drops: [...names] }
}

/** A member that tells by these values. */
export function telling(shape: Shape, ...values: readonly (string | boolean)[]): Shape {
  return { ...shape, tells: values }
}

/** Kept in full where a member beside it tells, else as `otherwise`. */
export function ifTold(shape: Shape, otherwise: Shape): Shape {
  return { ...shape, otherwise }
}

/** Names of members are ASCII without escapes. */
export function object(members: Readonly<Record<string, Shape>>): Shape {
  return { ...NOTHING, members }
}

export function list(items: Shape): Shape {
  return { ...NOTHING, items }
}

/** What is kept of a value that may be of several kinds: a string, an object, an array. */
export function either(...shapes: readonly Shape[]): Shape {
  return {
    ...NOTHING,
    units: Math.max(...shapes.map((shape) => shape.units)),
    tailUnits: Math.max(...shapes.map((shape) => shape.tailUnits)),
    members: Object.assign({}, ...shapes.map((shape) => shape.members)) as Record<string, Shape>,
    items: shapes.find((shape) => shape.items !== undefined)?.items,
  }
}
