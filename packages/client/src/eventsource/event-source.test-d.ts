import { expectTypeOf, test } from 'vitest'
import { EventSource } from '../eventsource.ts'
import type { EventSourceOptions } from '../eventsource.ts'

test('the class can stand in for the platform’s', () => {
  expectTypeOf(EventSource).toExtend<typeof globalThis.EventSource>()
  globalThis.EventSource = EventSource
  expectTypeOf<EventSource>().toEqualTypeOf<globalThis.EventSource>()
  expectTypeOf(new EventSource('/events')).toEqualTypeOf<globalThis.EventSource>()
  expectTypeOf(EventSource.CLOSED).toEqualTypeOf<2>()
})

test('listeners and handlers know their events', () => {
  const source = new EventSource(new URL('http://localhost/'), { withCredentials: true })
  source.addEventListener('message', (event) => expectTypeOf(event).toEqualTypeOf<MessageEvent>())
  source.addEventListener('open', (event) => expectTypeOf(event).toEqualTypeOf<Event>())
  source.addEventListener('tick', (event: MessageEvent<string>) => event.data)
  source.addEventListener('error', { handleEvent: (event: Event) => event.type }, { once: true })
  source.onmessage = function (event) {
    expectTypeOf(this).toEqualTypeOf<globalThis.EventSource>()
    expectTypeOf(event).toEqualTypeOf<MessageEvent>()
  }
  source.onerror = null
  // @ts-expect-error only the class sets it
  source.readyState = 1
})

test('the options are those of the standard, headers and fetch', () => {
  expectTypeOf<EventSourceInit>().toExtend<EventSourceOptions>()
  const options: EventSourceOptions = {
    headers: async ({ attempt, reason }) => ({ authorization: `${attempt} ${reason}` }),
    fetch: (url, init) => fetch(url, init),
  }
  expectTypeOf(new EventSource('/events', options).url).toEqualTypeOf<string>()
  expectTypeOf(new EventSource('/events', { headers: [['a', 'b']] }).url).toEqualTypeOf<string>()
  // @ts-expect-error a URL is needed
  expectTypeOf(() => new EventSource()).toBeFunction()
})

test('the class can be extended', () => {
  class Counting extends EventSource {
    count = 0
  }
  expectTypeOf(new Counting('/events').count).toEqualTypeOf<number>()
  expectTypeOf(new Counting('/events').url).toEqualTypeOf<string>()
})
