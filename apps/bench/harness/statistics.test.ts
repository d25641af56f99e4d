import { describe, expect, test } from 'vitest'
import { Histogram, merged } from './histogram.ts'
import { summaryOf } from './statistics.ts'

describe('a summary', () => {
  test.each([
    [[], { count: 0, median: 0, low: 0, high: 0 }],
    [[7], { count: 1, median: 7, low: 7, high: 7 }],
    [[10, 9, 2], { count: 3, median: 9, low: 2, high: 10 }],
    [[1, 10, 2, 4], { count: 4, median: 3, low: 1, high: 10 }],
  ])('of %j is %j', (values, summary) => {
    expect(summaryOf(values)).toEqual(summary)
  })
})

describe('a histogram', () => {
  test('names percentiles at most 3.2 % above the true ones, and the maximum exactly', () => {
    for (const scale of [0.001, 0.1, 1, 37, 1000]) {
      const histogram = new Histogram()
      for (let n = 1; n <= 1000; n++) histogram.record(n * scale)
      const { count, p50Ms, p99Ms, maxMs } = histogram.figures
      expect([count, maxMs]).toEqual([1000, 1000 * scale])
      for (const [measured, exact] of [
        [p50Ms, 500 * scale],
        [p99Ms, 990 * scale],
      ] as const) {
        expect(measured).toBeGreaterThanOrEqual(exact)
        expect(measured).toBeLessThanOrEqual(exact * 1.032 + 0.001)
      }
    }
  })

  test('says the same of two halves as of the whole', () => {
    const [whole, even, odd] = [new Histogram(), new Histogram(), new Histogram()]
    for (let n = 1; n < 5000; n++) {
      whole.record(n / 7)
      ;(n % 2 ? odd : even).record(n / 7)
    }
    expect(merged([even.data, odd.data]).figures).toEqual(whole.figures)
  })

  test('counts what is below 0 as 0, and what is beyond its range at its end', () => {
    const histogram = new Histogram()
    histogram.record(-1)
    expect(histogram.figures).toMatchObject({ count: 1, p50Ms: 0, maxMs: 0 })
    histogram.record(1e12)
    expect(histogram.figures).toMatchObject({ count: 2, maxMs: 2_147_483.647, p99Ms: 2_147_483.647 })
  })

  test('is 0 all over when nothing was counted', () => {
    expect(new Histogram().figures).toEqual({ count: 0, p50Ms: 0, p90Ms: 0, p99Ms: 0, p999Ms: 0, maxMs: 0 })
  })
})
