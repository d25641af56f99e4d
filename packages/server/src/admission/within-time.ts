/** What became of something that was waited for. */
export type Waited<Value> =
  | { readonly outcome: 'settled'; readonly value: Value }
  | { readonly outcome: 'late' }
  | { readonly outcome: 'left' }

/** How long to wait, and for whom. */
export interface WaitOptions {
  /** How long, in milliseconds. */
  readonly timeoutMs: number
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal
}

/** The longest time of a timer, in milliseconds: platforms count in 32 bits, and a longer time would be none. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1

/**
 * Runs something and waits for it no longer than somebody wants it: what comes later is ignored, a failure included.
 *
 * @throws What `work` throws in time.
 */
export async function withinTime<Value>(
  work: () => Value | PromiseLike<Value>,
  { timeoutMs, signal }: WaitOptions,
): Promise<Waited<Value>> {
  if (signal.aborted) return { outcome: 'left' }
  const result = work()
  if (!isThenable(result)) return { outcome: 'settled', value: result }
  let giveUp: (outcome: { readonly outcome: 'late' | 'left' }) => void = () => undefined
  const givenUp = new Promise<{ readonly outcome: 'late' | 'left' }>((resolve) => {
    giveUp = resolve
  })
  const onAbort = (): void => giveUp({ outcome: 'left' })
  const timer = setTimeout(() => giveUp({ outcome: 'late' }), Math.min(timeoutMs, MAX_TIMER_MS))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    // The race goes on to listen to its loser, so that a late rejection is a handled one.
    return await Promise.race([
      Promise.resolve(result).then((value) => ({ outcome: 'settled', value }) as const),
      givenUp,
    ])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}

/** Whether a value is a promise, or can be waited for like one. */
export function isThenable<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof value === 'object' && value !== null && 'then' in value
}
