import type { BenchEvent } from './bench-event.ts'
import type { StreamJudge } from './judged-stream.ts'

/** What a judge found in one client's log, or in many. */
export interface SequenceVerdict {
  /** Events received. */
  readonly received: number
  /** Events that a gap counted. */
  readonly missed: number
  /** Gaps told of. */
  readonly gaps: number
  /** Events that were neither received nor told of. */
  readonly lost: number
  /** Events that came again, or too late. */
  readonly repeated: number
  /** Gaps that said a number other than the true one, or none. */
  readonly wrongGaps: number
}

/** Judges what one client saw of a numbered channel: every event once and in order, or a gap that counts what is missing. */
export class SequenceJudge implements StreamJudge {
  /** The number of the newest event received, or stood in for by a gap or a snapshot. */
  last: number
  #verdict = { received: 0, missed: 0, gaps: 0, lost: 0, repeated: 0, wrongGaps: 0 }
  /** What the gaps since the last event said is missing; `null` when one did not say. */
  #told: number | null = 0
  #mayRepeatUpTo = 0

  /** @param after - The number behind which the client's log begins. */
  constructor(after: number) {
    this.last = after
  }

  get verdict(): SequenceVerdict {
    return this.#verdict
  }

  onEvent({ n }: Pick<BenchEvent, 'n'>): void {
    this.#verdict.received++
    if (n <= this.last) {
      if (n > this.#mayRepeatUpTo) this.#verdict.repeated++
      return
    }
    this.#settle(n - this.last - 1)
    this.last = n
  }

  onGap(missed: number | null): void {
    this.#verdict.gaps++
    this.#told = this.#told === null || missed === null ? null : this.#told + missed
  }

  /** A state that has all events up to `n`; those may come again behind it, for it was read after its position was taken. */
  onSnapshot(n: number): void {
    this.last = n
    this.#mayRepeatUpTo = n
    this.#told = 0
  }

  /** Settles what is missing up to the end of the log, which is at `n`. */
  onEndOfLog(n: number): void {
    this.#settle(n - this.last)
    this.last = n
  }

  #settle(missing: number): void {
    const told = this.#told
    this.#told = 0
    if (told !== 0 && told !== missing) this.#verdict.wrongGaps++
    this.#verdict.missed += told === null ? missing : Math.min(told, missing)
    this.#verdict.lost += told === null ? 0 : Math.max(missing - told, 0)
  }
}

/** Adds up verdicts. */
export function totalOf(verdicts: readonly SequenceVerdict[]): SequenceVerdict {
  const sum = (of: (verdict: SequenceVerdict) => number): number =>
    verdicts.reduce((all, each) => all + of(each), 0)
  return {
    received: sum(({ received }) => received),
    missed: sum(({ missed }) => missed),
    gaps: sum(({ gaps }) => gaps),
    lost: sum(({ lost }) => lost),
    repeated: sum(({ repeated }) => repeated),
    wrongGaps: sum(({ wrongGaps }) => wrongGaps),
  }
}
