// What one stream's client holds, compared with the world: which ids came, changed and left. Pure bookkeeping, so that any order of
// changes can be tried against a world.

/** The part of the world that one stream follows. */
export interface Followed<Item> {
  /** Everything in scope now. */
  list(): readonly Item[]
  /** An item as it is now; undefined when it is not in scope. */
  item(id: string): Item | undefined
  /** Whether an id is in scope now. */
  has(id: string): boolean
  idOf(item: Item): string
}

export interface MembershipChange<Item> {
  readonly added: readonly Item[]
  readonly changed: readonly Item[]
  readonly removed: readonly string[]
}

export interface Membership<Item> {
  /** What a new client is sent first. */
  snapshot(): readonly Item[]
  /** What the client must hear after these ids were touched. */
  changes(ids: Iterable<string>): MembershipChange<Item>
  /** Ids that left the scope without being touched, because time went by. */
  leavers(): readonly string[]
}

/** Opens the bookkeeping of one stream. */
export function createMembership<Item>(followed: Followed<Item>): Membership<Item> {
  const held = new Set<string>()
  return {
    snapshot() {
      const items = followed.list()
      held.clear()
      for (const item of items) held.add(followed.idOf(item))
      return items
    },
    changes(ids) {
      const added: Item[] = []
      const changed: Item[] = []
      const removed: string[] = []
      for (const id of ids) {
        const item = followed.has(id) ? followed.item(id) : undefined
        if (item === undefined) {
          if (held.delete(id)) removed.push(id)
        } else if (held.has(id)) changed.push(item)
        else {
          held.add(id)
          added.push(item)
        }
      }
      return { added, changed, removed }
    },
    leavers() {
      const left = [...held].filter((id) => !followed.has(id))
      for (const id of left) held.delete(id)
      return left
    },
  }
}
