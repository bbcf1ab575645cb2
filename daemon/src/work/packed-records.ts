// Many small plain objects as one flat list of values on their way to another thread. Cloned one by one, each would carry the names of its
// members and every text that it shares with the one before.

/** What `packRecords` made of a list; plain data. */
export interface PackedRecords {
  readonly builds: readonly Build[]
  /** Objects one after the other: the number of its build, then its values, where `same` stands for the last text of that member. */
  readonly cells: readonly unknown[]
}

/** The members of an object, in their order. */
interface Build {
  readonly names: readonly string[]
  /** Which of them are objects, that stand among the values as one of the list does. */
  readonly nested: readonly boolean[]
  /** Numbers by which builds that begin alike share the last texts of what they begin with. */
  readonly steps: readonly number[]
}

/** A build as it is found, by walking from member to member. */
interface Step extends Build {
  readonly plain: Map<string, Step>
  readonly object: Map<string, Step>
  /** Number of the build that ends here; -1 where none does yet. */
  number: number
  /** The last text of the member that leads here. */
  last: string | undefined
}

const same = undefined

/**
 * Packs objects of texts, numbers, truths, null, lists and such objects; lists are kept as they are. A member that is undefined is left out.
 */
export function packRecords(records: readonly object[]): PackedRecords {
  const builds: Build[] = []
  const cells: unknown[] = []
  let steps = 0
  const first: Step = { names: [], nested: [], steps: [], plain: new Map(), object: new Map(), number: -1, last: undefined }

  function addStep({ names, nested, steps: before }: Step, name: string, isNested: boolean): Step {
    const build = { names: [...names, name], nested: [...nested, isNested], steps: [...before, steps++] }
    return { ...build, plain: new Map(), object: new Map(), number: -1, last: undefined }
  }

  function pack(record: Readonly<Record<string, unknown>>): void {
    const at = cells.push(0) - 1
    let step = first
    for (const name in record) {
      const value = record[name]
      if (value === undefined) continue
      const isNested = typeof value === "object" && value !== null && !Array.isArray(value)
      const known = isNested ? step.object : step.plain
      let next = known.get(name)
      if (next === undefined) known.set(name, (next = addStep(step, name, isNested)))
      step = next
      if (isNested) pack(value as Readonly<Record<string, unknown>>)
      else if (typeof value !== "string") cells.push(value)
      else {
        cells.push(value === step.last ? same : value)
        step.last = value
      }
    }
    if (step.number < 0) step.number = builds.push({ names: step.names, nested: step.nested, steps: step.steps }) - 1
    cells[at] = step.number
  }

  for (const record of records) pack(record as Readonly<Record<string, unknown>>)
  return { builds, cells }
}

/** The objects again. */
export function unpackRecords({ builds, cells }: PackedRecords): object[] {
  // Copies of one object with all members share what the engine knows of them.
  const blanks = builds.map(({ names }) => Object.fromEntries(names.map((name) => [name, undefined])) as Record<string, unknown>)
  const lasts: unknown[] = []
  let at = 0

  function unpack(): object {
    const number = cells[at++] as number
    const record = { ...blanks[number] }
    const { names, nested, steps } = builds[number] as Build
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string
      if (nested[index] === true) {
        record[name] = unpack()
        continue
      }
      const value = cells[at++]
      if (value === same) record[name] = lasts[steps[index] as number]
      else {
        record[name] = value
        if (typeof value === "string") lasts[steps[index] as number] = value
      }
    }
    return record
  }

  const records: object[] = []
  while (at < cells.length) records.push(unpack())
  return records
}
