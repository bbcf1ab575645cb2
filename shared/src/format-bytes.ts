// Sizes in decimal units.

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const

/** "0 B", "987 B", "1.2 kB", "41 MB", "1.2 GB". */
export function formatBytes(bytes: bigint | number): string {
  let value = Number(bytes)
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const text = unit === 0 || value >= 9.95 ? Math.round(value).toString() : value.toFixed(1)
  return `${text} ${UNITS[unit]}`
}
