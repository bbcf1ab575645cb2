// Prints how late something was noticed. Figures are for people; no test fails by them.

/** Prints median, 95th and 99th percentile, by nearest rank. */
export const reportLag = (what: string, lags: readonly number[]): void => {
  const sorted = [...lags].sort((a, b) => a - b)
  const rank = (share: number) => (sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0).toFixed(0)
  console.log(`${what}: p50 ${rank(0.5)} ms, p95 ${rank(0.95)} ms, p99 ${rank(0.99)} ms, n ${lags.length}`)
}
