// Colour in the terminal: only where somebody sees it and nobody said no.

/** What a piece of text is, so that one place says how that looks. */
export type Style = "header" | "dim" | "bold" | "good" | "busy" | "attention" | "bad"

/** Answers the text in its style; without colour the text as it is. */
export type Paint = (style: Style | undefined, text: string) => string

const SGR: Readonly<Record<Style, string>> = { header: "2", dim: "2", bold: "1", good: "32", busy: "36", attention: "1;33", bad: "31" }

/** Colour on a terminal, unless NO_COLOR is set or TERM is "dumb". FORCE_COLOR decides against all of these: "0" or "false" is off, anything else on. */
export function usesColor(isTty: boolean, env: NodeJS.ProcessEnv): boolean {
  const forced = env["FORCE_COLOR"]
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false"
  return isTty && !env["NO_COLOR"] && env["TERM"] !== "dumb"
}

export function createPaint(color: boolean): Paint {
  return (style, text) => (color && style !== undefined && text !== "" ? `\x1b[${SGR[style]}m${text}\x1b[0m` : text)
}
