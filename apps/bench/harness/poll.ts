import { setTimeout as delay } from 'node:timers/promises'

const EVERY_MS = 20

/**
 * Asks again and again until something holds.
 *
 * @returns How long it took, in milliseconds; `undefined` when it did not hold in time.
 */
export async function poll(holds: () => Promise<boolean>, withinMs: number): Promise<number | undefined> {
  const sinceMs = performance.now()
  while (!(await holds())) {
    if (performance.now() - sinceMs > withinMs) return undefined
    await delay(EVERY_MS)
  }
  return performance.now() - sinceMs
}
