// Names that repeat, kept once and spoken of by number.

/** Numbers start at 1, so that 0 can mean "none" in a column. */
export class Interned<T = string> {
  readonly #numbers = new Map<string, number>()
  /** By number: what would be read before the start of a list is looked up as slowly as a name. */
  readonly #values: (T | undefined)[] = [undefined]
  /** Neighbours mostly have the same key, so the last one is tried first. */
  #lastKey: string | undefined
  #lastNumber = 0

  /** The number of the value with this key; `value` is called for a key not met before. */
  number(key: string, value: () => T): number {
    if (key === this.#lastKey) return this.#lastNumber
    let number = this.#numbers.get(key)
    if (number === undefined) {
      number = this.#values.push(value()) - 1
      this.#numbers.set(key, number)
    }
    this.#lastKey = key
    this.#lastNumber = number
    return number
  }

  /** The number of a key that was met before; 0 for another. */
  known(key: string): number {
    return this.#numbers.get(key) ?? 0
  }

  /** The value of a number; undefined for 0. */
  value(number: number): T | undefined {
    return this.#values[number]
  }
}
