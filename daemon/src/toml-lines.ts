// The parser of the configuration file says where the syntax is wrong, not where a well-formed value stands. This finds the line again
// by reading the text as people write it; for rarer forms it falls back to the nearest header, or says nothing.

const HEADER = /^\s*\[(\[?)\s*([^\]]*?)\s*\]/

export class TomlLines {
  readonly #lines: readonly string[]

  constructor(source: string) {
    this.#lines = source.split("\n")
  }

  /** Line, counted from 1, of a key or a table at the top level. */
  topLevel(key: string): number | undefined {
    const header = this.#lines.findIndex((line) => unquoted(HEADER.exec(line)?.[2]?.split(".")[0] ?? "") === key)
    const firstHeader = this.#lines.findIndex((line) => HEADER.test(line))
    const assignment = this.#lines.slice(0, firstHeader < 0 ? undefined : firstHeader).findIndex((line) => keyOf(line) === key)
    return lineNumber(assignment) ?? lineNumber(header)
  }

  /**
   * Line of a key in the n-th `[[table]]`, n counted from 0, or, for no n, in the only `[table]`; without such a key, of the header; without such
   * a header, of the table.
   */
  inTable(table: string, entry?: number, key?: string): number | undefined {
    const headers = this.#lines.flatMap((line, index) => {
      const [, double, name = ""] = HEADER.exec(line) ?? []
      return double === (entry === undefined ? "" : "[") && unquoted(name) === table ? [index] : []
    })
    const start = headers[entry ?? 0]
    if (start === undefined) return this.topLevel(table)
    if (key === undefined) return start + 1
    for (let index = start + 1; index < this.#lines.length; index++) {
      const line = this.#lines[index] ?? ""
      if (HEADER.test(line)) break
      if (keyOf(line) === key) return index + 1
    }
    return start + 1
  }
}

function keyOf(line: string): string | undefined {
  const written = /^\s*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)\s*[=.]/.exec(line)?.[1]
  return written === undefined ? undefined : unquoted(written)
}

function unquoted(name: string): string {
  return /^(["']).*\1$/.test(name) ? name.slice(1, -1) : name
}

function lineNumber(index: number): number | undefined {
  return index < 0 ? undefined : index + 1
}
