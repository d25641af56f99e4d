import { expect, test } from 'vitest'
import { retryDelay } from './retry-delay.ts'

test.each([
  { failures: 0, reconnectionTimeMs: 3000, random: 0.999, delayMs: 3000 },
  { failures: 1, reconnectionTimeMs: 3000, random: 0, delayMs: 3000 },
  { failures: 1, reconnectionTimeMs: 3000, random: 0.5, delayMs: 3500 },
  { failures: 2, reconnectionTimeMs: 3000, random: 0.5, delayMs: 4000 },
  { failures: 5, reconnectionTimeMs: 3000, random: 0.5, delayMs: 11_000 },
  { failures: 6, reconnectionTimeMs: 3000, random: 0.5, delayMs: 18_000 },
  { failures: 5000, reconnectionTimeMs: 3000, random: 0.5, delayMs: 18_000 },
  { failures: 0, reconnectionTimeMs: 0, random: 0, delayMs: 250 },
  { failures: 0, reconnectionTimeMs: -5, random: 0, delayMs: 250 },
  { failures: 0, reconnectionTimeMs: 4_294_967_296, random: 0, delayMs: 3_600_000 },
  { failures: 99, reconnectionTimeMs: Number.MAX_SAFE_INTEGER, random: 0.9999999, delayMs: 3_629_999.997 },
  { failures: 0, reconnectionTimeMs: Infinity, random: 0, delayMs: 3_600_000 },
  { failures: 0, reconnectionTimeMs: 7_200_000, maxReconnectionTimeMs: 1e7, random: 0, delayMs: 7_200_000 },
  { failures: 0, reconnectionTimeMs: 7_200_000, maxReconnectionTimeMs: 5e6, random: 0, delayMs: 5_000_000 },
])(
  'waits $delayMs ms after $failures failures with reconnection time $reconnectionTimeMs and random $random',
  ({ failures, delayMs, ...options }) => {
    expect(retryDelay(failures, options)).toBeCloseTo(delayMs, 1)
  },
)
