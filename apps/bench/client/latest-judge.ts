import type { BenchEvent } from './bench-event.ts'
import type { StreamJudge } from './judged-stream.ts'

/** What is known of one key. */
export interface KeyFigures {
  /** The number of the value that the client has. */
  readonly n: number
  /** How often one came. */
  readonly arrivals: number
  /** The longest time between two arrivals, in milliseconds. */
  readonly longestSilenceMs: number
}

/** What a judge found in one client's log of latest values. */
export interface LatestVerdict {
  readonly received: number
  /** Gaps told of. */
  readonly gaps: number
  /** Ids that lie behind an earlier one. */
  readonly idsBack: number
  /** Values that are older than the one of the same key that the client had. */
  readonly valuesBack: number
  readonly keys: ReadonlyMap<string, KeyFigures>
}

/** Judges what one client saw of a channel of which it wants the latest value of each key. */
export class LatestJudge implements StreamJudge {
  /** The number of the newest event received. */
  last = 0
  readonly #keys = new Map<string, KeyFigures & { readonly atMs: number }>()
  #received = 0
  #gaps = 0
  #idsBack = 0
  #valuesBack = 0
  #seq = 0

  get verdict(): LatestVerdict {
    const { gaps, idsBack, valuesBack } = {
      gaps: this.#gaps,
      idsBack: this.#idsBack,
      valuesBack: this.#valuesBack,
    }
    return { received: this.#received, gaps, idsBack, valuesBack, keys: this.#keys }
  }

  onId(id: string): void {
    const seq = Number(id.split('.')[1])
    if (seq < this.#seq) this.#idsBack++
    this.#seq = seq
  }

  onEvent({ n, key }: BenchEvent): void {
    const nowMs = performance.now()
    const known = this.#keys.get(key)
    this.#received++
    if (known && n < known.n) this.#valuesBack++
    this.#keys.set(key, {
      n,
      arrivals: (known?.arrivals ?? 0) + 1,
      longestSilenceMs: known ? Math.max(known.longestSilenceMs, nowMs - known.atMs) : 0,
      atMs: nowMs,
    })
    this.last = Math.max(this.last, n)
  }

  onGap(): void {
    this.#gaps++
  }

  onSnapshot(): void {
    throw new TypeError('a snapshot is not expected here')
  }
}

/** What many clients saw, all together. */
export interface LatestSummary {
  readonly received: number
  readonly gaps: number
  readonly idsBack: number
  readonly valuesBack: number
  /** Keys of clients that lack the last value. */
  readonly lostKeys: number
}

/** Adds verdicts up, and compares what the clients have with what was published last. */
export function latestSummaryOf(
  verdicts: readonly LatestVerdict[],
  lastOfKeys: ReadonlyMap<string, number>,
): LatestSummary {
  const sum = (of: (verdict: LatestVerdict) => number): number =>
    verdicts.reduce((all, each) => all + of(each), 0)
  return {
    received: sum(({ received }) => received),
    gaps: sum(({ gaps }) => gaps),
    idsBack: sum(({ idsBack }) => idsBack),
    valuesBack: sum(({ valuesBack }) => valuesBack),
    lostKeys: sum(({ keys }) => [...lastOfKeys].filter(([key, n]) => keys.get(key)?.n !== n).length),
  }
}
