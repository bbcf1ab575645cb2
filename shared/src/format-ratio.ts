// Shares, given as fractions 0..1.

/** "0 %", "<0.1 %", "0.4 %", "41 %", "100 %". Something is never shown as nothing, nor less than all as all. Empty when absent. */
export function formatPercent(ratio: number | undefined): string {
  if (ratio === undefined || Number.isNaN(ratio)) return ""
  const percent = ratio * 100
  if (percent <= 0) return "0 %"
  if (percent < 0.1) return "<0.1 %"
  if (percent < 0.95) return `${percent.toFixed(1)} %`
  if (percent < 100 && percent > 99) return "99 %"
  return `${Math.round(percent)} %`
}
