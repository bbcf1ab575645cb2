// Waits that end when the caller goes away. A handler that waits on anything else would outlive its client.

/** Settles as the promise does, or rejects with the signal's reason, whichever is first. */
export async function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener("abort", onAbort)
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener("abort", onAbort)
  }
}

/** Rejects with the signal's reason, once it aborts. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return orAbort(new Promise<never>(() => {}), signal)
}
