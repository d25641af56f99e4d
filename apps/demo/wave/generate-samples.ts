import { setTimeout as delay } from 'node:timers/promises'
import { LEVELS, type Sample, SAMPLES, SAMPLES_PER_SECOND } from './stream.ts'

/** What became due in this time leaves together. */
const TICK_MS = 10

/** A place in a wave: when it began, in milliseconds since 1970, and the last sample that was sent. */
export interface WavePlace {
  readonly beganAtMs: number
  readonly n: number
}

/**
 * Reads the place out of the id of a sample, `<began>-<n>`. The id alone says how to go on, so any server can.
 *
 * @returns A new wave's beginning where it says none.
 */
export function placeOf(lastEventId: string): WavePlace {
  const [, beganAtMs, n] = /^(\d{13})-(\d{1,5})$/.exec(lastEventId) ?? []
  // Who claims to come from the future would wait for it.
  return { beganAtMs: Math.min(Number(beganAtMs ?? Infinity), Date.now()), n: Number(n ?? 0) }
}

/** Makes the samples behind a place, each when it is due, and at once those that were due before. */
export async function* generateSamples(
  { beganAtMs, n: after }: WavePlace,
  signal: AbortSignal,
): AsyncGenerator<{ type: 'sample'; id: string; data: Sample }> {
  for (let n = after + 1; n <= SAMPLES; n++) {
    while (beganAtMs + (n * 1000) / SAMPLES_PER_SECOND > Date.now())
      await delay(TICK_MS, undefined, { signal })
    yield { type: 'sample', id: `${beganAtMs}-${n}`, data: { n, levels: levelsAt(n / SAMPLES_PER_SECOND) } }
  }
}

/** Two waves of different pace, one upon the other. */
function levelsAt(seconds: number): number[] {
  return Array.from({ length: LEVELS }, (_, index) => {
    const place = (index / LEVELS) * 2 * Math.PI
    return Math.round(50 + 32 * Math.sin(place - seconds * 3) + 16 * Math.sin(2 * place + seconds * 5))
  })
}
