// Texts that repeat (ids of conversations, models, tools, price factors), kept once in the store and spoken of by number.

/** Numbers start at 1; 0 stands for none. */
export class Names {
  readonly #numbers = new Map<string, number>()
  /** By number. */
  readonly #texts: (string | undefined)[] = []
  #fresh: { readonly id: number; readonly text: string }[] = []
  #last = 0
  /** Neighbours mostly speak of the same. */
  #lastText: string | undefined
  #lastNumber = 0

  /** Takes in what the store holds, by number. */
  load(rows: Iterable<{ readonly id: number; readonly text: string }>): void {
    for (const { id, text } of rows) this.#put(id, text)
  }

  /** The number of a text, a new one where it has none. */
  number(text: string): number {
    if (text === this.#lastText) return this.#lastNumber
    let number = this.#numbers.get(text)
    if (number === undefined) {
      number = this.#last + 1
      this.#put(number, text)
      this.#fresh.push({ id: number, text })
    }
    this.#lastText = text
    this.#lastNumber = number
    return number
  }

  /** The number of a text that has one. */
  known(text: string): number | undefined {
    return this.#numbers.get(text)
  }

  text(number: number): string | undefined {
    return this.#texts[number]
  }

  /** Names the store has not heard of; it has to write them before what speaks of them. */
  takeFresh(): readonly { readonly id: number; readonly text: string }[] {
    const fresh = this.#fresh
    this.#fresh = []
    return fresh
  }

  /** They could not be written. */
  giveBack(names: readonly { readonly id: number; readonly text: string }[]): void {
    this.#fresh = [...names, ...this.#fresh]
  }

  /** Forgets a text for good; its number is not used again. */
  forget(text: string): void {
    const number = this.#numbers.get(text)
    if (number === undefined) return
    this.#numbers.delete(text)
    this.#texts[number] = undefined
    this.#fresh = this.#fresh.filter(({ id }) => id !== number)
    this.#lastText = undefined
  }

  #put(id: number, text: string): void {
    this.#numbers.set(text, id)
    this.#texts[id] = text
    this.#last = Math.max(this.#last, id)
  }
}
