import { expect, test } from 'vitest'
import { detailWords, gapWords, statusWords } from '../live/status-words.ts'
import { emptyTally, type Tally } from '../live/tally.ts'

test.for([
  ['connecting', { wasOpen: false, isLate: false }, 'Connecting'],
  ['connecting', { wasOpen: false, isLate: true }, 'Still connecting'],
  ['waiting', { wasOpen: true, isLate: false }, 'Cut off, coming back'],
  ['open', { wasOpen: true, isLate: false }, 'Connected'],
  ['open', { wasOpen: true, isLate: false, instance: '2' }, 'Connected to instance 2'],
  ['waiting', { wasOpen: true, isLate: false, instance: '2' }, 'Cut off, coming back'],
] as const)('says of %s with %o: %s', ([status, options, words]) => {
  expect(statusWords(status, { instance: undefined, ...options })).toBe(words)
})

test.for<[Partial<Tally>, string]>([
  [{}, 'Not cut since you came'],
  [{ flow: 'cut' }, 'Readings are kept for a while'],
  [{ flow: 'flowing', cutsSurvived: 1, recovered: 1 }, '1 reading fetched after cuts'],
  [{ flow: 'flowing', cutsSurvived: 3, recovered: 1234 }, '1,234 readings fetched after cuts'],
])('says of %o: %s', ([tally, words]) => {
  expect(detailWords({ ...emptyTally, ...tally }, false)).toBe(words)
})

test('says what may hold up a late connection, and why a gap was', () => {
  expect(detailWords(emptyTally, true)).toContain('close another tab')
  expect(gapWords('restarted')).toContain('started anew')
})
