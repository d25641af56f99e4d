/** Several measurements of one thing. */
export interface Summary {
  readonly count: number
  readonly median: number
  readonly low: number
  readonly high: number
}

/** The median and the spread of some values; all 0 when there are none. */
export function summaryOf(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const median = ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2
  return { count: sorted.length, median, low: sorted[0] ?? 0, high: sorted.at(-1) ?? 0 }
}
