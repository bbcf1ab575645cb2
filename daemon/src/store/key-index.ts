// Which conversation keeps the request or call of a key: two numbers for each, in columns, because a history holds hundreds of thousands.

const FIRST_CAPACITY = 1 << 12
/** No key is negative. */
const FREE = -1

export class KeyIndex {
  #keys = new Float64Array(FIRST_CAPACITY).fill(FREE)
  #homes = new Uint32Array(FIRST_CAPACITY)
  #used = 0

  /** 0 where the key is not known. */
  get(key: number): number {
    return this.#homes[this.#slot(key)] ?? 0
  }

  set(key: number, home: number): void {
    if (this.#used * 2 >= this.#keys.length) this.#grow()
    const slot = this.#slot(key)
    if (this.#keys[slot] === FREE) {
      this.#keys[slot] = key
      this.#used++
    }
    this.#homes[slot] = home
  }

  /** Forgets a key if this is where it is kept. */
  leave(key: number, home: number): void {
    const slot = this.#slot(key)
    if (this.#homes[slot] === home) this.#homes[slot] = 0
  }

  /** Where the key stands, or the free place where it would. Keys are hashes, so their own bits spread them. */
  #slot(key: number): number {
    const keys = this.#keys
    const mask = keys.length - 1
    let slot = (key ^ (key / 0x1_0000_0000)) & mask
    while (keys[slot] !== key && keys[slot] !== FREE) slot = (slot + 1) & mask
    return slot
  }

  #grow(): void {
    const keys = this.#keys
    const homes = this.#homes
    this.#keys = new Float64Array(keys.length * 2).fill(FREE)
    this.#homes = new Uint32Array(homes.length * 2)
    for (const [index, key] of keys.entries()) {
      if (key === FREE) continue
      const slot = this.#slot(key)
      this.#keys[slot] = key
      this.#homes[slot] = homes[index] ?? 0
    }
  }
}
