import { describe, expect, test } from 'vitest'
import { readOptions } from './options.ts'

const known = ['two-calls']

describe('the options of chaos', () => {
  test('have defaults', () => {
    expect(readOptions([], known)).toEqual({
      seconds: 120,
      instances: 3,
      clients: 200,
      seed: 1,
      broken: undefined,
    })
  })

  test('are taken as given', () => {
    const args = '--seconds 15 --instances 2 --clients=30 --seed 0 --broken two-calls'.split(' ')
    expect(readOptions(args, known)).toEqual({
      seconds: 15,
      instances: 2,
      clients: 30,
      seed: 0,
      broken: 'two-calls',
    })
  })

  test.each([
    [['--seconds', '1'], /--seconds takes a whole number from 12 to 3600; got "1"/],
    [['--seconds', '1.5e2'], /--seconds takes a whole number/],
    [['--instances', '0'], /--instances takes a whole number from 1 to 16; got "0"/],
    [['--clients', 'many'], /--clients takes a whole number from 12 to 2000; got "many"/],
    [['--seed', '-1'], /--seed/],
    [['--seed', '4294967296'], /--seed takes a whole number from 0 to 4294967295/],
    [['--broken', 'all'], /--broken takes one of two-calls; got "all"/],
    [['--sedonds', '15'], /--sedonds/],
    [['15'], /15/],
  ])('are refused where they are not what they should be: %j', (args, message) => {
    expect(() => readOptions(args, known)).toThrow(message)
  })
})
