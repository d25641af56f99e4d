import type { GapItem } from '@millrace/react'
import type { Reading } from '../lib/reading.ts'

type GapReason = GapItem['data']['reason']
type Numbered = Pick<Reading, 'run' | 'n'>

/** What the page counted, by the readings' own numbers and not by the stream's positions. */
export interface Tally {
  /** Readings that arrived. */
  readonly received: number
  /** Readings whose numbers were skipped. */
  readonly missed: number
  /** Readings whose numbers had been there before. */
  readonly repeated: number
  /** Readings that were published during a cut and came out of the server's log afterwards. */
  readonly recovered: number
  /** Gaps that the stream told of. */
  readonly gaps: number
  /** Why the last of them was. */
  readonly lastGap: GapReason | undefined
  /** Connections that broke and were followed by another reading. */
  readonly cutsSurvived: number
  /** `new`: no reading yet · `flowing`: readings come · `cut`: none came since the connection was lost. */
  readonly flow: 'new' | 'flowing' | 'cut'
  /** Whether the page has ever caught up with the present: whatever is replayed from then on was recovered. */
  readonly caughtUp: boolean
  readonly last: { readonly run: string; readonly n: number } | undefined
}

/** What the page counts. */
export type TallyAction =
  | { readonly type: 'reading'; readonly reading: Numbered; readonly replayed: boolean }
  | { readonly type: 'gap'; readonly reason: GapReason }
  | { readonly type: 'lost' }
  /** The page was hidden, and is not given what passed meanwhile: counting starts afresh behind it. */
  | { readonly type: 'looked-away' }

/** The counts before anything arrived. */
export const emptyTally: Tally = {
  received: 0,
  missed: 0,
  repeated: 0,
  recovered: 0,
  gaps: 0,
  lastGap: undefined,
  cutsSurvived: 0,
  flow: 'new',
  caughtUp: false,
  last: undefined,
}

/** Counts one thing that happened. */
export function count(tally: Tally, action: TallyAction): Tally {
  switch (action.type) {
    case 'reading':
      return countReading(countArrival(tally, action.replayed), action.reading)
    case 'gap':
      return { ...tally, gaps: tally.gaps + 1, lastGap: action.reason }
    case 'lost':
      return tally.flow === 'flowing' ? { ...tally, flow: 'cut' } : tally
    case 'looked-away':
      return { ...tally, flow: 'new', caughtUp: false, last: undefined }
  }
}

function countArrival(tally: Tally, replayed: boolean): Tally {
  return {
    ...tally,
    received: tally.received + 1,
    recovered: tally.recovered + (replayed && tally.caughtUp ? 1 : 0),
    cutsSurvived: tally.cutsSurvived + (tally.flow === 'cut' ? 1 : 0),
    flow: 'flowing',
    caughtUp: tally.caughtUp || !replayed,
  }
}

function countReading(tally: Tally, { run, n }: Numbered): Tally {
  const { last } = tally
  // A server that was started anew counts from 1, so the first reading of a new run says what was missed of it.
  const expected = last === undefined ? n : last.run === run ? last.n + 1 : 1
  if (n < expected) return { ...tally, repeated: tally.repeated + 1 }
  return { ...tally, missed: tally.missed + n - expected, last: { run, n } }
}
