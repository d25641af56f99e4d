import type { GapItem } from '@millrace/client'
import { expect, test } from 'vitest'
import { mergeGaps } from './merge-gaps.ts'

type Data = GapItem['data']

const gap = (data: Data, lastEventId: string): GapItem => ({ type: 'millrace.gap', data, lastEventId })

const rows: readonly [string, Data, Data, Data][] = [
  [
    'adds up what is missing',
    { reason: 'overflow', missed: 5 },
    { reason: 'overflow', missed: 2 },
    { reason: 'overflow', missed: 7 },
  ],
  [
    'knows no number where one of them has none',
    { reason: 'restarted', missed: null },
    { reason: 'overflow', missed: 2 },
    { reason: 'restarted', missed: null },
  ],
  [
    'gives the graver reason, also where it came later',
    { reason: 'trimmed', missed: 1 },
    { reason: 'too-many', missed: 3 },
    { reason: 'too-many', missed: 4 },
  ],
]

test.each(rows)('%s', (_, first, later, merged) => {
  expect(mergeGaps(gap(first, 'e.1.t'), gap(later, 'e.9.t'))).toEqual(gap(merged, 'e.9.t'))
})
