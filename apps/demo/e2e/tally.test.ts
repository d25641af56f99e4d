import { expect, test } from 'vitest'
import { count, emptyTally, type Tally, type TallyAction } from '../live/tally.ts'

const after = (...actions: readonly TallyAction[]): Tally => actions.reduce(count, emptyTally)

const readings = (...numbers: readonly (number | string)[]): TallyAction[] =>
  numbers.map((number) => {
    const [n, run = 'a'] = String(number).split('@')
    return { type: 'reading', reading: { run, n: Number(n) }, replayed: false }
  })

test.for<[string, (number | string)[], Partial<Tally>]>([
  ['a sequence without a hole', [7, 8, 9], { received: 3, missed: 0, repeated: 0 }],
  ['one hole of two', [7, 10, 11], { received: 3, missed: 2, repeated: 0 }],
  ['a reading that comes twice', [7, 8, 8, 9], { received: 4, missed: 0, repeated: 1 }],
  ['a stretch that comes again', [7, 8, 9, 7, 8, 9, 10], { received: 7, missed: 0, repeated: 3 }],
  ['a new run from its first reading', [7, 8, '1@b', '2@b'], { received: 4, missed: 0, repeated: 0 }],
  [
    'a new run whose first two readings are not there',
    [7, 8, '3@b'],
    { received: 3, missed: 2, repeated: 0 },
  ],
])('counts %s', ([, numbers, expected]) => {
  expect(after(...readings(...numbers))).toMatchObject(expected)
})

test('takes the first reading as the beginning, whatever its number', () => {
  expect(after(...readings(4711))).toMatchObject({ received: 1, missed: 0, repeated: 0 })
})

test('counts a cut as survived when readings flow again', () => {
  const cut = after({ type: 'lost' }, ...readings(1), { type: 'lost' }, { type: 'lost' })
  expect(cut).toMatchObject({ cutsSurvived: 0, flow: 'cut' })
  expect([...readings(2, 3)].reduce(count, cut)).toMatchObject({ cutsSurvived: 1, flow: 'flowing' })
})

test('counts as recovered what is replayed once the page has caught up', () => {
  const replayed = (n: number): TallyAction => ({ type: 'reading', reading: { run: 'a', n }, replayed: true })
  expect(after(replayed(1), replayed(2)).recovered).toBe(0)
  expect(after(replayed(1), ...readings(2), replayed(3), replayed(4)).recovered).toBe(2)
})

test('counts gaps that were told, and keeps why the last one was', () => {
  const tally = after({ type: 'gap', reason: 'trimmed' }, { type: 'gap', reason: 'restarted' })
  expect(tally).toMatchObject({ gaps: 2, lastGap: 'restarted' })
})

test('does not call missed what passed while the page was hidden', () => {
  const tally = after(...readings(1, 2), { type: 'looked-away' }, ...readings(50, 51))
  expect(tally).toMatchObject({ received: 4, missed: 0, repeated: 0 })
})
