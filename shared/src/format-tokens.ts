// Counts of tokens in few characters.

const STEPS: readonly (readonly [size: number, unit: string])[] = [
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "k"],
]

/** "0", "987", "1.2k", "12.3k", "123k", "1.2M", "3.4B". Rounded to the nearest; never shown as "1000k". */
export function formatTokens(count: bigint | number): string {
  const value = Number(count)
  for (const [size, unit] of STEPS) {
    // 999,500 and more would round to 1000k: the next unit takes it.
    if (value < size * (size === 1e3 ? 1 : 0.9995)) continue
    const scaled = value / size
    return `${scaled < 99.95 ? scaled.toFixed(1) : Math.round(scaled).toString()}${unit}`
  }
  return Math.round(value).toString()
}
