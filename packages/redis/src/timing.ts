/** Waits. Keeps the process alive, as what waits for it should. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** The promise's value; `undefined` when it is not there in time. */
export async function within<Value>(promise: Promise<Value>, ms: number): Promise<Value | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    // A process that was busy for longer finds its timers due first, and what has arrived meanwhile unread.
    timer = setTimeout(() => setImmediate(() => resolve(undefined)), Math.max(ms, 0))
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
