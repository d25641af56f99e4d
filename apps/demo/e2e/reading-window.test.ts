import { expect, test } from 'vitest'
import { WINDOW_READINGS, type Reading } from '../lib/reading.ts'
import { addReading, emptyWindow, type ReadingWindow } from '../live/reading-window.ts'
import { stripOf } from '../live/strip.ts'

const reading = (n: number, run = 'a'): Reading => ({
  run,
  n,
  atMs: 1_000_000 + n * 250,
  coresBusy: [n, n * 2],
  memoryUsedBytes: 1,
  memoryTotalBytes: 4,
  loadAverage: 0.5,
  loopDelayMs: 1,
})

const fold = (...events: readonly { data: Reading; replayed: boolean }[]): ReadingWindow =>
  events.reduce(addReading, emptyWindow)
const live = (...numbers: readonly number[]) => numbers.map((n) => ({ data: reading(n), replayed: false }))
const replayed = (...numbers: readonly number[]) => numbers.map((n) => ({ data: reading(n), replayed: true }))

test('keeps the readings of the last minute and lets go of the oldest', () => {
  const numbers = Array.from({ length: WINDOW_READINGS + 3 }, (_, index) => index + 1)
  const { readings } = fold(...live(...numbers))
  expect(readings).toHaveLength(WINDOW_READINGS)
  expect(readings[0]?.n).toBe(4)
  expect(readings.at(-1)?.n).toBe(WINDOW_READINGS + 3)
})

test('lets go of what is older than a minute although few readings came', () => {
  const { atMs } = reading(3)
  const restarted = { data: { ...reading(1, 'b'), atMs: atMs + 59_900 }, replayed: false }
  expect(fold(...live(1, 2, 3), restarted).readings.map(({ n }) => n)).toEqual([3, 1])
})

test('leaves the window it was given as it was', () => {
  const before = fold(...live(1))
  addReading(before, { data: reading(2), replayed: false })
  expect(before.readings.map(({ n }) => n)).toEqual([1])
})

test('tells what was there before from what was recovered after a cut', () => {
  const { readings } = fold(...replayed(1, 2), ...live(3), ...replayed(4), ...live(5))
  expect(readings.map(({ arrival }) => arrival)).toEqual(['history', 'history', 'live', 'recovered', 'live'])
})

const cores = { lines: 2, values: ({ coresBusy }: Reading) => coresBusy }

test('lays readings out as columns, with seconds before the latest', () => {
  expect(stripOf(fold(...live(1, 2, 3)).readings, cores)).toEqual({
    columns: [
      [-0.5, -0.25, 0],
      [1, 2, 3],
      [2, 4, 6],
    ],
    bands: [],
  })
})

test('breaks the lines where a reading is missing', () => {
  const { columns } = stripOf(fold(...live(1, 3)).readings, cores)
  expect(columns[0]).toHaveLength(3)
  expect(columns[1]).toEqual([1, null, 3])
})

test('breaks the lines where the server was started anew', () => {
  const restarted = { data: { ...reading(1, 'b'), atMs: 1_002_000 }, replayed: false }
  expect(stripOf(fold(...live(1), restarted).readings, cores).columns[1]).toEqual([1, null, 1])
})

test('shades each stretch that was recovered, from the last reading before the cut', () => {
  const { readings } = fold(...live(1), ...replayed(2, 3), ...live(4), ...replayed(5), ...live(6))
  expect(stripOf(readings, cores).bands).toEqual([
    { fromSeconds: -1.25, toSeconds: -0.75 },
    { fromSeconds: -0.5, toSeconds: -0.25 },
  ])
})

test('shades nothing of the time when the server did not measure', () => {
  const restarted = { data: { ...reading(1, 'b'), atMs: 1_010_000 }, replayed: true }
  const next = { data: { ...reading(2, 'b'), atMs: 1_010_250 }, replayed: true }
  expect(stripOf(fold(...live(1, 2), restarted, next).readings, cores).bands).toEqual([
    { fromSeconds: -0.25, toSeconds: 0 },
  ])
})

test('is empty before the first reading', () => {
  expect(stripOf([], cores)).toEqual({ columns: [[], [], []], bands: [] })
})
