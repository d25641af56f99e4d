import { expect, test } from 'vitest'
import { seededRandom } from '../../../scripts/testing/seeded-random.ts'
import type { BenchEvent } from './bench-event.ts'
import { LatestJudge, latestSummaryOf } from './latest-judge.ts'

const value = (key: string, n: number): BenchEvent => ({ n, key, at: 0, pad: '' })

/** What is found in a log of ids and values, when key `a` ends at 3 and key `b` at 2. */
function summaryOf(log: readonly (readonly [id: string, event: BenchEvent])[]): object {
  const judge = new LatestJudge()
  for (const [id, event] of log) {
    judge.onId(id)
    judge.onEvent(event)
  }
  const lastOfKeys = new Map([
    ['a', 3],
    ['b', 2],
  ])
  return latestSummaryOf([judge.verdict], lastOfKeys)
}

test.each([
  [
    'finds nothing where values stand in for others, and one comes again',
    [['e.1.x', value('b', 2)] as const, ['e.3.x', value('a', 3)] as const, ['e.3.x', value('a', 3)] as const],
    { received: 3 },
  ],
  [
    'misses the last value of a key',
    [['e.1.x', value('a', 1)] as const, ['e.2.x', value('b', 2)] as const],
    { received: 2, lostKeys: 1 },
  ],
  [
    'sees ids and values that go back',
    [
      ['e.3.x', value('a', 3)] as const,
      ['e.2.x', value('b', 2)] as const,
      ['e.2.x', value('b', 1)] as const,
      ['e.3.x', value('b', 2)] as const,
    ],
    { received: 4, idsBack: 1, valuesBack: 1 },
  ],
])('the judge of latest values %s', (_, log, found) => {
  const clean = { gaps: 0, idsBack: 0, valuesBack: 0, lostKeys: 0 }
  expect(summaryOf(log)).toEqual({ ...clean, ...found })
})

test('random numbers are the same for a seed, different for another, and even', () => {
  const [one, same, other] = [seededRandom(1), seededRandom(1), seededRandom(2)]
  const drawn = Array.from({ length: 10_000 }, one)
  expect(Array.from({ length: 10_000 }, same)).toEqual(drawn)
  expect(other()).not.toBe(drawn[0])
  for (let part = 0; part < 10; part++) {
    const inPart = drawn.filter((each) => Math.floor(each * 10) === part).length
    expect(inPart).toBeGreaterThan(900)
    expect(inPart).toBeLessThan(1100)
  }
})
