import { expect, test } from 'vitest'
import { geometricMean, intervalOf, ratioOf } from './ratio.ts'

test.each([
  [[3, 1, 2], { median: 2, low: 1, high: 3 }],
  [[1, 2, 3, 4, 5, 6], { median: 3.5, low: 1, high: 6 }],
  // 2 of 11 beyond either end happen in 1.2 % of all cases, 3 in 6.5 %.
  [[11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1], { median: 6, low: 2, high: 10 }],
  // The rank that tables of the sign test have for 20 values.
  [Array.from({ length: 20 }, (_, index) => index), { median: 9.5, low: 5, high: 14 }],
])('the interval around the median of %j is %j', (values, interval) => {
  expect(intervalOf(values)).toEqual(interval)
})

test('a ratio is taken round by round, so that what slows a whole round down does not count', () => {
  const measured = (name: string, passMs: readonly number[]) => ({ name, passes: 1, passMs })
  const ratio = ratioOf(measured('ours', [1, 10, 2]), measured('peer', [2, 20, 4]))
  expect(ratio).toEqual({ median: 2, low: 2, high: 2 })
})

test('the geometric mean of a ratio and its inverse is 1', () => {
  expect(geometricMean([4, 1 / 4])).toBeCloseTo(1)
})
