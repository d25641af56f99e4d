import { describe, expect, test } from 'vitest'
import * as v from 'valibot'
import { z } from 'zod'
import { defineStream } from './define-stream.ts'

const plain = defineStream<{ tick: unknown }>('plain')
const orders = defineStream('orders', {
  events: {
    placed: z.object({ at: z.string().transform((text) => new Date(text)), total: z.number() }),
    late: z.string().refine(async () => true),
  },
})

describe('the data of an event', () => {
  test('goes over the wire as it was published, and is transformed by the reader', () => {
    const text = orders.encode('placed', { at: '2026-01-01T00:00:00Z', total: 3 })
    expect(text).toBe('{"at":"2026-01-01T00:00:00Z","total":3}')
    expect(orders.decode('placed', text)).toEqual({
      at: new Date('2026-01-01T00:00:00Z'),
      total: 3,
    })
  })

  test('is refused with what is wrong and where', () => {
    expect(() => orders.encode('placed', { at: 'x', total: 'three' })).toThrow(
      expect.objectContaining({ code: 'invalid-data', message: expect.stringMatching(/on orders: total: /) }),
    )
    expect(() => orders.decode('placed', '{"total":1}')).toThrow(/at: /)
  })

  test('is checked by any Standard Schema', () => {
    const notes = defineStream('notes', {
      events: { note: v.pipe(v.string(), v.minLength(2)) },
    })
    expect(notes.encode('note', 'ab')).toBe('"ab"')
    expect(() => notes.encode('note', 'a')).toThrow(expect.objectContaining({ code: 'invalid-data' }))
  })

  test('has a type that the contract knows, also where the type is a name of Object.prototype', () => {
    expect(() => orders.encode('constructor', 1)).toThrow(/it has: placed, late/)
    expect(() => orders.decode('__proto__', '1')).toThrow(/no such event type/)
  })

  test('is not checked by an asynchronous schema, since events are in order', () => {
    expect(() => orders.encode('late', 'x')).toThrow(/asynchronous/)
  })

  test.each([[undefined], [() => 1], [Symbol('x')], [1n]])(
    'cannot be %s, which JSON does not have',
    (data) => {
      expect(() => plain.encode('tick', data)).toThrow(expect.objectContaining({ code: 'invalid-data' }))
    },
  )

  test('may be null, and says so when it is not JSON', () => {
    expect(plain.decode('tick', plain.encode('tick', null))).toBe(null)
    expect(() => plain.decode('tick', '{')).toThrow(/on plain: it is not JSON/)
  })

  test('cannot reach a prototype', () => {
    const data = plain.decode('tick', '{"__proto__":{"admin":true}}')
    expect((data as { admin?: boolean }).admin).toBe(undefined)
  })
})
