import { describe, expect, test } from 'vitest'
import { CHANNELS, dataOf, keptEventsOf, numberOf } from './channels.ts'

describe.each(CHANNELS)('the events of $name', (channel) => {
  test.each([1, 9, 10, 123_456])('have one length, and their number (%i)', (n) => {
    const data = JSON.stringify(dataOf(channel, n))
    expect(data).toHaveLength(channel.dataLength)
    expect(numberOf(channel, data)).toBe(n)
  })

  test('have no number where a part of them is missing', () => {
    const data = JSON.stringify(dataOf(channel, 12))
    expect(numberOf(channel, data.slice(0, -1))).toBeNaN()
    expect(numberOf(channel, `${data.slice(0, 20)}${data.slice(21)}`)).toBeNaN()
  })

  test('are kept for seconds, and not for minutes', () => {
    const seconds = keptEventsOf(channel) / channel.ratePerSecond
    expect(seconds).toBeGreaterThan(3)
    expect(seconds).toBeLessThan(20)
  })
})
