import { defineStream } from '@millrace/next'

/** One of a thousand measurements a second, of twenty levels at once. */
export interface Sample {
  /** 1, 2, 3 … up to {@link SAMPLES}: what is lost or repeated can be counted. */
  readonly n: number
  /** {@link LEVELS} whole numbers from 0 to 100. */
  readonly levels: readonly number[]
}

/** A wave that runs through twenty levels. Not a channel with a log: each visitor has a stream of their own. */
export const wave = defineStream<{ sample: Sample }>('wave')

/** How many events a second. */
export const SAMPLES_PER_SECOND = 1000

/** How many in all: half a minute of them. */
export const SAMPLES = 30 * SAMPLES_PER_SECOND

/** How many levels each sample has. */
export const LEVELS = 20
