import type { EventStreamError } from '@millrace/core'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  defineFold,
  defineStream,
  useEventStream,
  useEventStreamRequest,
  useEventStreamStatus,
} from './index.ts'
import type { ChannelEvent, ConnectionStatus, Fold, GapItem, PlainEvent } from './index.ts'

type Tick = { symbol: string; price: number }

const prices = defineStream<{ tick: Tick }>('prices')
const market = defineStream<{ tick: Tick; halt: { symbol: string; reason: string } }>('market')
const rooms = defineStream<{ message: string }, { id: string }>('rooms')
const orders = defineStream('orders', {
  events: { placed: z.object({ at: z.string().transform((text) => new Date(text)) }) },
})

test('a URL gives text', () => {
  const { data, lastEvent, status, error, reconnect, close } = useEventStream('/events')
  expectTypeOf(data).toEqualTypeOf<string | undefined>()
  expectTypeOf(lastEvent).toEqualTypeOf<PlainEvent | undefined>()
  expectTypeOf(status).toEqualTypeOf<ConnectionStatus>()
  expectTypeOf(error).toEqualTypeOf<EventStreamError | undefined>()
  expectTypeOf(reconnect).toEqualTypeOf<() => void>()
  expectTypeOf(close).toEqualTypeOf<() => void>()
})

test('a URL with parse gives what parse returns', () => {
  const { data } = useEventStream<Tick>('/ticks', { parse: JSON.parse })
  expectTypeOf(data).toEqualTypeOf<Tick | undefined>()
  const { data: length } = useEventStream(new URL('https://example.com/ticks'), {
    parse: (text) => text.length,
    onEvent: (event) => expectTypeOf(event.data).toEqualTypeOf<number>(),
  })
  expectTypeOf(length).toEqualTypeOf<number | undefined>()
  // @ts-expect-error nothing makes a Tick of text without parse
  useEventStream<Tick>('/ticks')
  // @ts-expect-error parse returns a number, not a Tick
  useEventStream<Tick>('/ticks', { parse: (text: string) => text.length })
})

test('a channel gives its events', () => {
  const { data, lastEvent } = useEventStream(prices, { url: '/api/prices' })
  expectTypeOf(data).toEqualTypeOf<Tick | undefined>()
  expectTypeOf(lastEvent).toEqualTypeOf<ChannelEvent<{ tick: Tick }> | undefined>()
  expectTypeOf(useEventStream(rooms({ id: 'a' }), { url: '/r' }).data).toEqualTypeOf<string | undefined>()
  expectTypeOf(useEventStream(orders, { url: '/o' }).data).toEqualTypeOf<{ at: Date } | undefined>()
  // @ts-expect-error a channel needs a URL
  useEventStream(prices)
  // @ts-expect-error a stream with parameters must be bound
  useEventStream(rooms, { url: '/api/rooms' })
  // @ts-expect-error the contract says how data is read
  useEventStream(prices, { url: '/api/prices', parse: JSON.parse })
  // @ts-expect-error there is no such option
  useEventStream(prices, { url: '/api/prices', lingerSeconds: 5 })
})

test('the type of an event tells its data', () => {
  useEventStream(market, {
    url: '/api/market',
    onEvent(event) {
      if (event.type === 'halt') expectTypeOf(event.data.reason).toEqualTypeOf<string>()
      // @ts-expect-error the contract has no such event
      if (event.type === 'trade') return
    },
    onGap: (gap) => expectTypeOf(gap).toEqualTypeOf<GapItem>(),
  })
})

test('a fold gives its state, without annotations', () => {
  const { data: board } = useEventStream(prices, {
    url: '/api/prices',
    initialValue: {},
    reducer: (b, e) => ({ ...b, [e.data.symbol]: e.data.price }),
  })
  expectTypeOf(board).toEqualTypeOf<{ [symbol: string]: number }>()
  const { data: count } = useEventStream('/events', { initialValue: 0, reducer: (n, e) => n + e.data.length })
  expectTypeOf(count).toEqualTypeOf<number>()
  const { data: counts } = useEventStream(prices, {
    url: '/api/prices',
    initialValue: {},
    reducer: (b, e) => ({ ...b, [e.data.symbol]: (b[e.data.symbol] ?? 0) + 1 }),
  })
  expectTypeOf(counts).toEqualTypeOf<{ [symbol: string]: number }>()
  const { data: history } = useEventStream(prices, {
    url: '/api/prices',
    initialValue: [],
    reducer: (all, e) => [...all, e.data].slice(-100),
  })
  expectTypeOf(history).toEqualTypeOf<Tick[]>()
  const { data: ticks } = useEventStream(prices, {
    url: '/api/prices',
    initialValue: [] as readonly Tick[],
    reducer: (all, { data }) => [...all, data],
  })
  expectTypeOf(ticks).toEqualTypeOf<readonly Tick[]>()
  const { data: last } = useEventStream(prices, {
    url: '/api/prices',
    initialValue: null as Tick | null,
    reducer: (_, { data }) => data,
  })
  expectTypeOf(last).toEqualTypeOf<Tick | null>()
  const { data: seen } = useEventStream(prices, { url: '/p', initialValue: false, reducer: () => true })
  expectTypeOf(seen).toEqualTypeOf<boolean>()
  const { data: sum } = useEventStream('/numbers', {
    parse: Number,
    initialValue: 0,
    reducer: (total, e) => total + e.data,
  })
  expectTypeOf(sum).toEqualTypeOf<number>()
})

test('a fold may begin with a snapshot of its state', () => {
  const initialSnapshot = { state: { ACME: 1 } as Record<string, number>, lastEventId: 'e.1.t' }
  const { data } = useEventStream(prices, {
    url: '/api/prices',
    initialValue: {},
    initialSnapshot,
    reducer: (b, e) => ({ ...b, [e.data.symbol]: e.data.price }),
  })
  expectTypeOf(data).toEqualTypeOf<{ [symbol: string]: number }>()
  // @ts-expect-error the state is a number
  useEventStream(prices, { url: '/p', initialValue: 0, initialSnapshot, reducer: (n: number) => n + 1 })
})

test('a reducer that does not fit is an error', () => {
  const { data } = useEventStream(prices, { url: '/p', initialValue: 0, reducer: (n) => n + 1 })
  expectTypeOf(data).toEqualTypeOf<number>()
  // @ts-expect-error the state is a number
  useEventStream(prices, { url: '/p', initialValue: 0, reducer: (n, e) => `${n}${e.data.price}` })
  // @ts-expect-error ticks have no volume
  useEventStream(prices, { url: '/p', initialValue: 0, reducer: (n, e) => n + e.data.volume })
  // @ts-expect-error an object does not follow an array
  useEventStream(prices, { url: '/p', initialValue: [], reducer: (_, e) => e.data })
  // @ts-expect-error a reducer needs a state to begin with
  useEventStream(prices, { url: '/p', reducer: (n: number) => n + 1 })
})

test('the events that are named are the events there are', () => {
  const { data, lastEvent } = useEventStream(market, {
    url: '/m',
    events: ['halt'],
    onEvent: (event) => expectTypeOf(event.data.reason).toEqualTypeOf<string>(),
  })
  expectTypeOf(data).toEqualTypeOf<{ symbol: string; reason: string } | undefined>()
  expectTypeOf(lastEvent?.type).toEqualTypeOf<'halt' | undefined>()
  const { data: halted } = useEventStream(market, {
    url: '/m',
    events: ['halt'],
    initialValue: [],
    reducer: (all, event) => [...all, event.data.reason],
  })
  expectTypeOf(halted).toEqualTypeOf<string[]>()
  useEventStream('/events', { events: ['any', 'name'] })
  // @ts-expect-error the contract has no such event
  useEventStream(market, { url: '/m', events: ['trade'] })
  // @ts-expect-error a tick was not asked for
  useEventStream(market, { url: '/m', events: ['halt'], onEvent: (event) => event.data.price })
})

test('a selector gives the type of data', () => {
  const { data: price } = useEventStream(prices, { url: '/p', select: (tick) => tick?.price })
  expectTypeOf(price).toEqualTypeOf<number | undefined>()
  const { data: symbols } = useEventStream(prices, {
    url: '/p',
    initialValue: {},
    reducer: (b, e) => ({ ...b, [e.data.symbol]: e.data.price }),
    select: (board) => Object.keys(board),
    isEqual: (before, after) => before.length === after.length,
  })
  expectTypeOf(symbols).toEqualTypeOf<string[]>()
  const { data: length } = useEventStream('/events', { select: (text) => text?.length ?? 0 })
  expectTypeOf(length).toEqualTypeOf<number>()
  const { data: n } = useEventStream('/ticks', {
    parse: (text) => JSON.parse(text) as Tick,
    select: (tick) => tick?.price,
  })
  expectTypeOf(n).toEqualTypeOf<number | undefined>()
  // @ts-expect-error ticks have no volume
  useEventStream(prices, { url: '/p', select: (tick) => tick?.volume })
})

const board = defineFold(prices, {
  initialValue: {},
  reducer: (b, e) => ({ ...b, [e.data.symbol]: e.data.price }),
})

test('a shared fold gives its state, or what is selected of it', () => {
  expectTypeOf(board).toEqualTypeOf<Fold<{ [symbol: string]: number }, ChannelEvent<{ tick: Tick }>>>()
  const { data, lastEvent } = useEventStream(prices, { url: '/p', fold: board })
  expectTypeOf(data).toEqualTypeOf<{ [symbol: string]: number }>()
  expectTypeOf(lastEvent?.data).toEqualTypeOf<Tick | undefined>()
  const { data: price } = useEventStream(prices, { url: '/p', fold: board, select: (state) => state['ACME'] })
  expectTypeOf(price).toEqualTypeOf<number | undefined>()
  const messages = defineFold(rooms, { initialValue: [] as string[], reducer: (all, e) => [...all, e.data] })
  expectTypeOf(useEventStream(rooms({ id: 'a' }), { url: '/r', fold: messages }).data).toEqualTypeOf<
    string[]
  >()
  const halts = defineFold(market, {
    events: ['halt'],
    initialValue: 0,
    reducer: (n, e) => n + e.data.reason.length,
  })
  expectTypeOf(useEventStream(market, { url: '/m', fold: halts }).data).toEqualTypeOf<number>()
  const sum = defineFold('/numbers', {
    parse: Number,
    initialValue: 0,
    reducer: (total, e) => total + e.data,
  })
  expectTypeOf(useEventStream('/numbers', { fold: sum }).data).toEqualTypeOf<number>()
  // @ts-expect-error the fold is one of prices
  useEventStream(rooms({ id: 'a' }), { url: '/r', fold: board })
  // @ts-expect-error the state has numbers
  useEventStream(prices, { url: '/p', fold: board, initialSnapshot: { state: { a: 'b' }, lastEventId: '' } })
  // @ts-expect-error a reducer returns the state
  defineFold(prices, { initialValue: 0, reducer: (n, e) => e.data.symbol })
  // @ts-expect-error the contract has no such event
  defineFold(market, { events: ['trade'], initialValue: 0, reducer: (n) => n })
})

test('the status is read by the same source', () => {
  expectTypeOf(useEventStreamStatus('/events')).toEqualTypeOf<ConnectionStatus>()
  expectTypeOf(useEventStreamStatus(prices, { url: '/p', scope: 'ada' })).toEqualTypeOf<ConnectionStatus>()
  // @ts-expect-error a channel needs a URL
  useEventStreamStatus(prices)
})

test('a request takes any input, or what its body is made of', () => {
  const chat = useEventStreamRequest('/api/chat', { initialValue: '', reducer: (text, e) => text + e.data })
  expectTypeOf(chat.data).toEqualTypeOf<string>()
  expectTypeOf(chat.pending).toEqualTypeOf<boolean>()
  chat.start({ prompt: 'hello' })
  chat.start()
  const upload = useEventStreamRequest('/api/upload', { body: (file: Blob) => file })
  expectTypeOf(upload.data).toEqualTypeOf<string | undefined>()
  upload.start(new Blob())
  // @ts-expect-error the body is made of a Blob
  upload.start({ prompt: 'hello' })
  // @ts-expect-error the body is made of a Blob
  upload.start()
  const { data } = useEventStreamRequest<Tick>('/ticks', { parse: JSON.parse })
  expectTypeOf(data).toEqualTypeOf<Tick | undefined>()
})
