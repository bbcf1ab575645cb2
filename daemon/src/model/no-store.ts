// For a server without a store: what it holds is nothing, and nothing can be done with it.

import { StoreFailedError, type StorePort } from "./store-port.ts"

const refuse = async (): Promise<never> => {
  throw new StoreFailedError("this daemon keeps nothing")
}

export const NO_STORE: StorePort = {
  overview: () => ({
    path: "",
    sizeBytes: 0,
    bytesRead: 0,
    conversations: 0,
    requests: 0,
    toolCalls: 0,
    files: 0,
    corrections: 0,
    oldestMs: undefined,
    isBehind: false,
  }),
  select: () => [],
  compact: refuse,
  backUp: refuse,
  purge: refuse,
}
