/** Values below this are kept exactly; above, each power of two has half as many buckets. */
const EXACT = 64
const PER_POWER = EXACT / 2
/** Up to 2³¹ µs, half an hour and more. */
const BUCKETS = 26 * PER_POWER + EXACT
const MAX_US = 2 ** 31 - 1

/** A histogram on its way between processes. */
export interface HistogramData {
  readonly counts: Uint32Array
  readonly maxUs: number
}

/** What a histogram says, in milliseconds. */
export interface LatencyFigures {
  readonly count: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly maxMs: number
}

/** Counts latencies in 3.5 KB, however many there are; a percentile is at most 3 % above the true one. */
export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS)
  #maxUs = 0

  /** Counts a latency in milliseconds. One below 0, from clocks a few microseconds apart, counts as 0. */
  record(ms: number): void {
    const us = Math.min(Math.max(Math.round(ms * 1000), 0), MAX_US)
    if (us > this.#maxUs) this.#maxUs = us
    const bucket = bucketOf(us)
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
  }

  /** Adds what another one counted. */
  add({ counts, maxUs }: HistogramData): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + (counts[bucket] ?? 0)
    }
    this.#maxUs = Math.max(this.#maxUs, maxUs)
  }

  /** What was counted, to be added elsewhere. */
  get data(): HistogramData {
    return { counts: this.#counts, maxUs: this.#maxUs }
  }

  /** What was counted, in a few figures; all 0 when nothing was. */
  get figures(): LatencyFigures {
    const count = this.#counts.reduce((sum, each) => sum + each, 0)
    const at = (share: number): number => this.#percentileUs(Math.ceil(count * share)) / 1000
    return {
      count,
      p50Ms: at(0.5),
      p90Ms: at(0.9),
      p99Ms: at(0.99),
      p999Ms: at(0.999),
      maxMs: this.#maxUs / 1000,
    }
  }

  #percentileUs(rank: number): number {
    let seen = 0
    for (let bucket = 0; bucket < BUCKETS && rank > 0; bucket++) {
      seen += this.#counts[bucket] ?? 0
      if (seen >= rank) return Math.min(largestOf(bucket), this.#maxUs)
    }
    return 0
  }
}

/** Adds up histograms of several processes. */
export function merged(parts: readonly HistogramData[]): Histogram {
  const all = new Histogram()
  for (const part of parts) all.add(part)
  return all
}

function bucketOf(us: number): number {
  const shift = Math.max(26 - Math.clz32(us), 0)
  return shift * PER_POWER + (us >>> shift)
}

function largestOf(bucket: number): number {
  const shift = Math.max(Math.floor(bucket / PER_POWER) - 1, 0)
  return (bucket - shift * PER_POWER + 1) * 2 ** shift - 1
}
