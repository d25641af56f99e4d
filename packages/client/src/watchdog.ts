import type { Attempt } from './machine.ts'
import { DEAD_AFTER_HEARTBEATS, SLEEP_MS, TRUSTED_STALLS, WATCH_EVERY_MS } from './policy.ts'

/**
 * Creates a watchdog that drops its attempt when the connection is dead: silent for too long, or slept through.
 *
 * @param memory.stalls - How often in a row silence has ended a stream.
 * @returns A function that says that bytes are waited for from now on, and how often to expect some; by default never.
 */
export function createWatchdog(
  { signal, drop }: Attempt,
  memory: { stalls: number },
): (heartbeatMs?: number) => void {
  let tickedAtMs = Date.now()
  let deadAtMs = Infinity
  const timer = setInterval(() => {
    const now = Date.now()
    const hasSlept = now - tickedAtMs > SLEEP_MS
    // A look later than the deadline was found past: what came while nothing ran is read in between. What is no number is
    // no deadline.
    const isSilent = tickedAtMs >= deadAtMs && memory.stalls++ < TRUSTED_STALLS
    if (hasSlept || isSilent) drop(new Error('stalled'))
    tickedAtMs = now
  }, WATCH_EVERY_MS)
  signal.addEventListener('abort', () => clearInterval(timer))
  return (heartbeatMs = Infinity) => {
    deadAtMs = Date.now() + DEAD_AFTER_HEARTBEATS * heartbeatMs
  }
}
