/**
 * Waits for a signal to be aborted, or for a time to pass, whichever is first. It leaves no timer behind.
 *
 * @param timeoutMs - The time, in milliseconds. Default for ever.
 */
export function wait(signal: AbortSignal, timeoutMs?: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = timeoutMs === undefined ? undefined : setTimeout(resolve, timeoutMs)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
