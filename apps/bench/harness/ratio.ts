import type { Measured } from './interleave.ts'

/** How many times as fast as another one a contender is. */
export interface Ratio {
  /** The median over rounds. */
  readonly median: number
  /** The interval that has the true median with a probability of 95 % or more; from 6 rounds on. */
  readonly low: number
  readonly high: number
}

/** Compares a contender with a peer, round by round. */
export function ratioOf(ours: Measured, peer: Measured): Ratio {
  return intervalOf(peer.passMs.map((ms, round) => ms / (ours.passMs[round] ?? Number.NaN)))
}

/** The median of values, and the interval around it. */
export function intervalOf(values: readonly number[]): Ratio {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number): number => sorted[index] ?? Number.NaN
  const { length } = sorted
  const outside = leftOut(length)
  return {
    median: (at(Math.ceil(length / 2 - 1)) + at(Math.floor(length / 2))) / 2,
    low: at(outside),
    high: at(length - 1 - outside),
  }
}

/** The geometric mean of values. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
}

/** A ratio for people. */
export function ratioText({ median, low, high }: Ratio): string {
  return `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`
}

/**
 * How many values to leave out at either end of a sorted list. Each value is below the true median with probability one half,
 * so that the number of those below is binomial.
 */
function leftOut(count: number): number {
  let probability = 0.5 ** count
  let below = probability
  let outside = 0
  while (below <= 0.025) {
    outside += 1
    probability *= (count - outside + 1) / outside
    below += probability
  }
  // The loop ends one too far, but for lists that are too short for any interval.
  return Math.max(0, outside - 1)
}
