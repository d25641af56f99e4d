import { expect, test } from 'vitest'
import { generateSamples, placeOf } from '../wave/generate-samples.ts'
import { LEVELS, SAMPLES } from '../wave/stream.ts'

const { signal } = new AbortController()
const longAgo = 1_700_000_000_000

test('goes on behind the sample that an id names, and ends with the last one', async () => {
  const rest = await Array.fromAsync(generateSamples(placeOf(`${longAgo}-${SAMPLES - 3}`), signal))
  expect(rest.map(({ id }) => id)).toEqual([3, 2, 1].map((left) => `${longAgo}-${SAMPLES - left + 1}`))
  expect(rest.map(({ data }) => data.n)).toEqual([SAMPLES - 2, SAMPLES - 1, SAMPLES])
})

test('makes the same sample of a place however often it is asked', async () => {
  const [one, other] = await Promise.all(
    [1, 2].map(() => Array.fromAsync(generateSamples({ beganAtMs: longAgo, n: SAMPLES - 50 }, signal))),
  )
  expect(one).toEqual(other)
  for (const { data } of one ?? []) {
    expect(data.levels).toHaveLength(LEVELS)
    expect(data.levels.every((level) => level >= 0 && level <= 100)).toBe(true)
  }
})

test.for(['', 'k3v9QmZxT2.41.f0aZ1c', `${longAgo}-`, `${longAgo}-1234567`])(
  'begins anew after the id %o',
  (id) => {
    const before = Date.now()
    const { beganAtMs, n } = placeOf(id)
    expect(n).toBe(0)
    expect(beganAtMs).toBeGreaterThanOrEqual(before)
  },
)

test('lets nobody wait for the future', () => {
  expect(placeOf('9999999999999-7').beganAtMs).toBeLessThanOrEqual(Date.now())
})
