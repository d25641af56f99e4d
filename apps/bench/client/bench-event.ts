/** What the benchmarks publish. */
export interface BenchEvent {
  /** Its number: 1, 2, 3 … in the order of publishing. */
  readonly n: number
  /** When it was due, in milliseconds since the epoch, by the clock of `sharedNowMs`. */
  readonly at: number
  /** What it is about, where newer values stand in for older ones. */
  readonly key: string
  /** Makes it as long as it is to be. */
  readonly pad: string
}

/** The time, in milliseconds since the epoch and finer than one; the same for all processes of this machine. */
export function sharedNowMs(): number {
  return performance.timeOrigin + performance.now()
}
