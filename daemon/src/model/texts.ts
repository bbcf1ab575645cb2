// Texts that many things have in common, kept in memory once: whatever reads a database gets each as a text of its own.

export class Texts {
  readonly #known = new Map<string, string>()

  /** The first text it was given that reads the same. */
  same(text: string): string {
    const known = this.#known.get(text)
    if (known === undefined) this.#known.set(text, text)
    return known ?? text
  }
}
