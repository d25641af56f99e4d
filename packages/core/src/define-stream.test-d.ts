import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { Channel, ChannelEvent, ChannelInput, InputOf, OutputOf } from './channel.ts'
import { defineStream } from './define-stream.ts'

type Tick = { symbol: string; price: number }

test('types alone make a channel', () => {
  const prices = defineStream<{ tick: Tick; halt: { symbol: string } }>('prices')
  expectTypeOf(prices).toExtend<Channel>()
  type Input = ChannelInput<InputOf<typeof prices>>
  expectTypeOf<Input['type']>().toEqualTypeOf<'tick' | 'halt'>()
  expectTypeOf<Extract<Input, { type: 'tick' }>['data']>().toEqualTypeOf<Tick>()
  type Event = ChannelEvent<OutputOf<typeof prices>>
  expectTypeOf<Extract<Event, { type: 'halt' }>['data']>().toEqualTypeOf<{ symbol: string }>()
})

test('parameters make a function that binds, and not a channel', () => {
  const rooms = defineStream<{ message: string }, { id: string }>('rooms')
  expectTypeOf(rooms).not.toExtend<Channel>()
  expectTypeOf(rooms({ id: 'general' })).toExtend<Channel<{ message: string }>>()
  // @ts-expect-error the parameter is called id
  rooms({ room: 'general' })
})

test('schemas give the input to publishers and the output to readers', () => {
  const orders = defineStream('orders', {
    events: { placed: z.object({ at: z.string().transform((text) => new Date(text)) }) },
  })
  expectTypeOf<InputOf<typeof orders>>().toEqualTypeOf<{ placed: { at: string } }>()
  expectTypeOf<OutputOf<typeof orders>>().toEqualTypeOf<{ placed: { at: Date } }>()
  const carts = defineStream('carts', { events: { added: z.string() }, params: ['user'] })
  expectTypeOf(carts({ user: 'u1' })).toExtend<Channel<{ added: string }>>()
  // @ts-expect-error the parameter is missing
  carts({})
})
