import { expect, test } from 'vitest'
import type { Counts } from '../lab/counts.ts'
import { emptyLedger, enter, type Ledger, type LedgerAction } from '../lab/ledger.ts'
import { outcomeWords } from '../lab/outcome-words.ts'

const numbers = (...all: readonly number[]): LedgerAction[] =>
  all.map((n) => ({ type: 'number', n, replayed: false }))
const replay = (...all: readonly number[]): LedgerAction[] =>
  all.map((n) => ({ type: 'number', n, replayed: true }))
const gap = (missed: number | null, reason = 'trimmed'): LedgerAction => ({ type: 'gap', reason, missed })
const after = (...actions: readonly LedgerAction[]): Ledger => actions.reduce(enter, emptyLedger)
const textOf = ({ lines }: Ledger): string[] =>
  lines.map(({ label, text }) => `${label} ${text}`).toReversed()

test.for<[string, LedgerAction[], Partial<Counts>]>([
  ['numbers in a row', numbers(7, 8, 9), { received: 3, missing: 0, repeated: 0 }],
  ['a hole that nobody told of', numbers(7, 10), { missing: 2, told: 0 }],
  [
    'a hole as large as was told',
    [...numbers(7), gap(2), ...numbers(10)],
    { missing: 2, told: 2, announced: 2 },
  ],
  ['a hole larger than was told', [...numbers(7), gap(2), ...numbers(12)], { missing: 4, told: 2 }],
  [
    'a hole smaller than was told',
    [...numbers(7), gap(5), ...numbers(10)],
    { missing: 2, told: 2, announced: 5 },
  ],
  [
    'a hole told of in two parts',
    [...numbers(7), gap(2), gap(1), ...numbers(11)],
    { missing: 3, told: 3, gaps: 2 },
  ],
  [
    'a hole that cannot be counted',
    [...numbers(7), gap(null), ...numbers(40)],
    { missing: 32, told: 32, announced: 0 },
  ],
  [
    'a gap behind which nothing is missing',
    [...numbers(7), gap(null), ...numbers(8)],
    { missing: 0, gaps: 1 },
  ],
  ['a hole long after a gap', [...numbers(7), gap(2), ...numbers(8, 12)], { missing: 3, told: 0 }],
  ['a number that came before', numbers(7, 8, 8, 9, 7), { received: 5, repeated: 2, missing: 0 }],
  [
    'a stretch that was replayed',
    [...numbers(7), ...replay(8, 9), ...numbers(10)],
    { received: 4, replayed: 2 },
  ],
])('counts %s', ([, actions, expected]) => {
  expect(after(...actions).counts).toMatchObject(expected)
})

test('opens with the first thing that arrives, and once', () => {
  const { counts, isOpen } = after(
    ...numbers(1),
    { type: 'opened' },
    { type: 'lost' },
    { type: 'lost' },
    gap(1),
  )
  expect(counts).toMatchObject({ openings: 2, losses: 1 })
  expect(isOpen).toBe(true)
})

test('writes numbers in a row in one line, and whatever is between them in lines of their own', () => {
  const ledger = after(
    ...numbers(7, 8, 9),
    { type: 'lost' },
    { type: 'opened' },
    ...replay(10, 11),
    gap(2, 'overflow'),
    ...numbers(14, 20, 20),
  )
  expect(textOf(ledger)).toEqual([
    'open connected',
    'live 7 to 9',
    'lost cut off, coming back',
    'open connected',
    'replay 10 to 11',
    'gap overflow, 2 will not come',
    '2 missing 12 to 13, as told',
    'live 14',
    '5 missing 15 to 19, 5 of them untold',
    'live 20',
    'repeat 20 came again',
  ])
  expect(new Set(ledger.lines.map(({ key }) => key)).size).toBe(ledger.lines.length)
})

test('keeps the newest forty lines', () => {
  const { lines } = after(...numbers(...Array.from({ length: 100 }, (_, index) => index * 2)))
  expect(lines).toHaveLength(40)
  expect(lines[0]).toMatchObject({ label: 'live', text: '198' })
})

test('begins anew when the page was hidden', () => {
  expect(after(...numbers(1, 2), { type: 'looked-away' })).toEqual(emptyLedger)
})

const press = (button: 'cut' | 'trim' | 'revoke' = 'cut'): LedgerAction => ({ type: 'pressed', button })

test.for<[LedgerAction[], string]>([
  [[], 'Nothing so far'],
  [[{ type: 'lost' }], 'Cut off, coming back'],
  [
    [{ type: 'lost' }, { type: 'opened' }, ...replay(3, 4), ...numbers(5)],
    'Came back: 2 replayed, none missing, none twice',
  ],
  [[{ type: 'lost' }, gap(2), ...replay(5)], 'Told of a gap of 2; by the numbers 2 are missing'],
  [
    [{ type: 'lost' }, gap(null), ...replay(3)],
    'Told of a gap that cannot be counted; by the numbers 0 are missing',
  ],
  [[{ type: 'lost' }, ...numbers(4)], '1 number missing, and nothing said so'],
  [numbers(2, 2), '2 numbers came twice'],
  [
    [{ type: 'lost' }, { type: 'stopped', why: '403' }],
    'Refused, and stopped. To come back, press “Let me back in”',
  ],
])('says what came of a press: %j is %s', ([actions, expected]) => {
  const ledger = after(...numbers(1, 2), press(), ...actions)
  expect(outcomeWords(ledger.presses.cut, ledger)).toBe(expected)
})

test('blames a press for nothing that came after the next one', () => {
  const ledger = after(...numbers(1), press('cut'), ...numbers(2), press('trim'), ...numbers(9))
  expect(outcomeWords(ledger.presses.cut, ledger)).toBe('Nothing so far')
  expect(outcomeWords(ledger.presses.trim, ledger)).toBe('6 numbers missing, and nothing said so')
  expect(outcomeWords(ledger.presses.revoke, ledger)).toBe('')
})
