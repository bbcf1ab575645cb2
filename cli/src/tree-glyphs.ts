// The characters that trees are drawn with, for terminals that show UTF-8 and for those that do not.

export interface TreeGlyphs {
  readonly isAscii: boolean
  /** Before a node that others follow, before the last one, and below each of these. */
  readonly tee: string
  readonly last: string
  readonly bar: string
  readonly blank: string
  /** Before a pattern. */
  readonly pattern: string
}

const UTF8: TreeGlyphs = { isAscii: false, tee: "├─ ", last: "└─ ", bar: "│  ", blank: "   ", pattern: "∙" }
const ASCII: TreeGlyphs = { isAscii: true, tee: "|- ", last: "`- ", bar: "|  ", blank: "   ", pattern: "~" }

/** As the locale says that text is written: the first of LC_ALL, LC_CTYPE and LANG that is set decides. */
export function treeGlyphs(env: NodeJS.ProcessEnv): TreeGlyphs {
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find((value) => value !== undefined && value !== "")
  return locale !== undefined && /utf-?8/i.test(locale) ? UTF8 : ASCII
}

/** A line as ASCII: what has no likeness there is a question mark, one for each cell that it took. */
export function asciiLine(line: string): string {
  return line
    .replace(/…/g, "~")
    .replace(/×/g, "x")
    .replace(/\P{ASCII}/gu, "?")
}
