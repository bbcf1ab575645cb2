// The known answer of a corpus: what was billed, added up by the generator as it makes each request up.

export interface TokenSums {
  requests: number
  /** Prompt tokens neither read from nor written to a cache. */
  input: number
  output: number
  cacheRead: number
  cacheWrite: number
}

export function noTokens(): TokenSums {
  return { requests: 0, input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }
}

export function addTokens(to: TokenSums, more: TokenSums): void {
  for (const name of Object.keys(to) as (keyof TokenSums)[]) to[name] += more[name]
}
