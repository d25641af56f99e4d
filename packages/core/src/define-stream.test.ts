import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { isChannel } from './channel.ts'
import { defineStream } from './define-stream.ts'

describe('defineStream', () => {
  test('names a channel after its stream', () => {
    const prices = defineStream<{ tick: number }>('prices')
    expect({ ...prices }).toMatchObject({ stream: 'prices', channel: 'prices', invalidData: 'skip' })
    expect(isChannel(prices)).toBe(true)
  })

  test('gives equal parameters one channel, in any order of keys', () => {
    const seats = defineStream<{ taken: string }, { hall: string; row: number }>('seats')
    expect(seats({ hall: 'A', row: 3 }).channel).toBe('seats?hall=A&row=3')
    expect(seats({ row: 3, hall: 'A' }).channel).toBe(seats({ hall: 'A', row: 3 }).channel)
  })

  test('gives different parameters different channels, whatever they contain', () => {
    const rooms = defineStream<{ message: string }, { id: string; topic: string }>('rooms')
    const text = fc.string({ unit: 'grapheme' })
    fc.assert(
      fc.property(text, text, text, text, (id, topic, otherId, otherTopic) => {
        const isSame = id === otherId && topic === otherTopic
        const channel = rooms({ id, topic }).channel
        expect(channel === rooms({ id: otherId, topic: otherTopic }).channel).toBe(isSame)
        expect(channel).toMatch(/^rooms\?[!-z~&=]*$/)
      }),
    )
  })

  test.each([['{}'], ['a:b'], ['line\nend'], ['%0A'], ['a&id=b'], ['']])(
    'keeps %j out of the syntax of names',
    (id) => {
      const rooms = defineStream<{ message: string }, { id: string }>('rooms')
      expect(decodeURIComponent(rooms({ id }).channel.slice('rooms?id='.length))).toBe(id)
      expect(rooms({ id }).channel).not.toMatch(/[{}:\n\r ]/)
    },
  )

  test('names what is wrong with parameters', () => {
    const carts = defineStream('carts', { events: { added: z.string() }, params: ['user'] })
    expect(isChannel(carts)).toBe(false)
    expect(() => carts({} as never)).toThrow(/expected user; got none/)
    expect(() => carts({ user: 'u', shop: 's' } as never)).toThrow(/expected user; got shop, user/)
    expect(() => carts({ user: undefined } as never)).toThrow(
      /"user" must be a well-formed string.*got undefined/,
    )
    expect(() => carts({ user: '\ud800' })).toThrow(/well-formed/)
    expect(() => carts({ user: Number.NaN })).toThrow(TypeError)
    expect(() => carts({ user: 'x'.repeat(600) })).toThrow(RangeError)
    expect(() => carts(null as never)).toThrow(/params must be an object; got null/)
  })

  test.each(['', ' ', 'millrace.x', 'a?b', 'a b', 'é', 'x'.repeat(101), 7 as never])(
    'refuses %j as a name',
    (name) => {
      expect(() => defineStream(name)).toThrow(TypeError)
    },
  )

  test('refuses event types that the protocol reserves or the wire cannot carry, and schemas that are none', () => {
    expect(() => defineStream('s', { events: { 'millrace.open': z.string() } })).toThrow(/reserved/)
    expect(() => defineStream('s', { events: { 'a\nb': z.string() } })).toThrow(TypeError)
    expect(() => defineStream('s', { events: { a: {} as never } })).toThrow(/not a Standard Schema/)
    expect(() => defineStream('s', { invalidData: 'hide' as never })).toThrow(/"skip" or "fail"; got "hide"/)
  })
})
