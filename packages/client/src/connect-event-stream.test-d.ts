import { defineStream } from '@millrace/core'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { connectEventStream } from './index.ts'
import type { EventStreamConnection, GapItem, PlainEvent } from './index.ts'

const prices = defineStream<{ tick: { price: number }; halt: { symbol: string } }>('prices')

test('a URL yields text, or what parse makes of it', () => {
  expectTypeOf(connectEventStream('/events')).toEqualTypeOf<EventStreamConnection<PlainEvent>>()
  expectTypeOf(connectEventStream(new URL('http://localhost/'))).toEqualTypeOf<
    EventStreamConnection<PlainEvent>
  >()
  const parsed = connectEventStream<{ a: number }>('/events', { parse: JSON.parse })
  expectTypeOf(parsed).toEqualTypeOf<EventStreamConnection<PlainEvent<{ a: number }>>>()
  expectTypeOf(connectEventStream('/events', { parse: Number })).toEqualTypeOf<
    EventStreamConnection<PlainEvent<number>>
  >()
})

test('a channel yields its events, and needs a URL', () => {
  connectEventStream(prices, { url: '/prices' }).subscribe({
    onEvent(event) {
      expectTypeOf(event.type).toEqualTypeOf<'tick' | 'halt'>()
      if (event.type === 'tick') expectTypeOf(event.data).toEqualTypeOf<{ price: number }>()
      expectTypeOf(event.replayed).toEqualTypeOf<boolean>()
    },
    onGap: (gap) => expectTypeOf(gap).toEqualTypeOf<GapItem>(),
  })
  // @ts-expect-error the option url is missing
  connectEventStream(prices)
  // @ts-expect-error the option url is missing
  connectEventStream(prices, {})
})

test('a channel with schemas yields what they make of the data', () => {
  const orders = defineStream('orders', {
    events: { placed: z.object({ at: z.string().transform((text) => new Date(text)) }) },
    params: ['user'],
  })
  connectEventStream(orders({ user: 'u1' }), { url: ({ attempt }) => `/orders?${attempt}` }).subscribe({
    onEvent: ({ data }) => expectTypeOf(data).toEqualTypeOf<{ at: Date }>(),
  })
  // @ts-expect-error a stream with parameters is a channel only once it is bound
  connectEventStream(orders, { url: '/orders' })
})

test('iteration narrows by type', () => {
  const connection = connectEventStream(prices, { url: '/prices' })
  type Item = typeof connection extends AsyncIterable<infer Yielded> ? Yielded : never
  expectTypeOf<Extract<Item, { type: 'millrace.gap' }>>().toEqualTypeOf<GapItem>()
  expectTypeOf<Extract<Item, { type: 'tick' }>['data']>().toEqualTypeOf<{ price: number }>()
})

test('a body can be sent twice', () => {
  expectTypeOf(connectEventStream('/chat', { body: () => JSON.stringify({}) })).not.toBeAny()
  // @ts-expect-error a stream can be sent only once
  connectEventStream('/chat', { method: 'POST', body: new ReadableStream() })
})

test('takes a contract whose events are an interface', () => {
  interface Prices {
    tick: { price: number }
  }
  const connection = connectEventStream(defineStream<Prices>('prices'), { url: '/prices' })
  connection.subscribe({ onEvent: ({ data }) => expectTypeOf(data).toEqualTypeOf<{ price: number }>() })
})

test('types data as text unless something parses it', () => {
  connectEventStream('/x').subscribe({ onEvent: ({ data }) => expectTypeOf(data).toEqualTypeOf<string>() })
  // @ts-expect-error nothing makes numbers of the text
  connectEventStream<number>('/x')
})
