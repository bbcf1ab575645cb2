/** The tab's title, which is read while another tab is open: how many sessions wait for a person, and whether that is still known. */

/** "(2) Vibecraft", "Vibecraft", "(2?) Vibecraft, stale". */
export function pageTitle(waiting: number, stale: boolean): string {
  const count = waiting > 0 ? `(${waiting}${stale ? "?" : ""}) ` : ""
  return `${count}Vibecraft${stale ? ", stale" : ""}`
}
