/** The order of two texts by their code units, for sorting; nothing stands for an empty one. */
export function compareText(a = "", b = ""): number {
  return a < b ? -1 : Number(a > b)
}
