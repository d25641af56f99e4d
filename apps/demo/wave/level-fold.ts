import { defineFold } from '@millrace/react'
import { LEVELS, wave } from './stream.ts'

/** What the panel knows of a wave. */
export interface LevelState {
  /** The levels now. */
  readonly levels: readonly number[]
  /** Samples that came. */
  readonly received: number
  /** Samples whose numbers were skipped. */
  readonly lost: number
  /** Samples whose numbers had been there before. */
  readonly repeated: number
  /** The highest number so far. */
  readonly n: number
}

const flat: LevelState = {
  levels: Array.from({ length: LEVELS }, () => 0),
  received: 0,
  lost: 0,
  repeated: 0,
  n: 0,
}

/** One state for all who read the wave: however many they are, the reducer runs once per event. */
export const levelFold = defineFold(wave, {
  initialValue: flat,
  reducer: ({ received, lost, repeated, n }, { data }) => ({
    levels: data.levels,
    received: received + 1,
    lost: lost + Math.max(0, data.n - n - 1),
    repeated: repeated + (data.n <= n ? 1 : 0),
    n: Math.max(n, data.n),
  }),
})
