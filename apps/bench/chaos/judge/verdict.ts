/** What was found, counted. */
export interface Verdict {
  /** Events that clients received. */
  readonly deliveries: number
  /** Entries that a client was carried past without a word, and those of the end that it never got. */
  readonly lost: number
  /** Entries that a client got again without a gap before, and events that a channel had twice. */
  readonly repeated: number
  /** Entries that came late, in another one's place, or from another line without a gap. */
  readonly outOfOrder: number
  readonly gapsTold: number
  /** Gaps with a number or a reason that cannot be, and openings that are not true. */
  readonly gapsWrong: number
  /** Gaps told though everything was still there. */
  readonly gapsUnneeded: number
  /** Acknowledged entries that a rollback took from clients that could not be told. */
  readonly destroyed: number
  /** Responses on which a client that had a position was live again. */
  readonly recoveries: number
}

/** A promise that was not kept, with what it takes to find the cause. */
export interface Violation {
  readonly kind: 'lost' | 'repeated' | 'outOfOrder' | 'gapsWrong' | 'gapsUnneeded'
  /** `undefined` for a fault of the log itself. */
  readonly client: number | undefined
  readonly expected: string
  readonly got: string
  /** What happened to the client last, the violation at the end. */
  readonly before: readonly string[]
}

/** Nothing found. */
export const NOTHING: Verdict = {
  deliveries: 0,
  lost: 0,
  repeated: 0,
  outOfOrder: 0,
  gapsTold: 0,
  gapsWrong: 0,
  gapsUnneeded: 0,
  destroyed: 0,
  recoveries: 0,
}

/** Adds verdicts up. */
export function sumOfVerdicts(verdicts: readonly Verdict[]): Verdict {
  const sum: Record<keyof Verdict, number> = { ...NOTHING }
  for (const verdict of verdicts) {
    for (const key of Object.keys(NOTHING) as (keyof Verdict)[]) sum[key] += verdict[key]
  }
  return sum
}

/** Whether every promise was kept. */
export function isKept({ lost, repeated, outOfOrder, gapsWrong, gapsUnneeded }: Verdict): boolean {
  return lost + repeated + outOfOrder + gapsWrong + gapsUnneeded === 0
}
