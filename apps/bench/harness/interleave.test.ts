import { expect, test } from 'vitest'
import { interleave } from './interleave.ts'

test('measures contenders in turns, another one first in each round', async () => {
  const turns: string[] = []
  const contender = (name: string) => ({
    name,
    pass() {
      if (turns.at(-1) !== name) turns.push(name)
      return 1
    },
  })
  const measured = await interleave([contender('a'), contender('b')], { rounds: 4, sampleMs: 2 })
  expect(measured.map(({ name, passMs }) => [name, passMs.length])).toEqual([
    ['a', 4],
    ['b', 4],
  ])
  // Two turns each to warm up, then a b, b a, a b, b a, of which neighbours are one.
  expect(turns.join(' ')).toBe('a b a b a b a b a')
})

test('refuses a contender that has no result', async () => {
  const idle = { name: 'idle', pass: () => Number.NaN }
  await expect(interleave([idle], { rounds: 1, sampleMs: 1 })).rejects.toThrow('no result')
})
