import { defineStream, encodeEvent, parseEventStream } from '@millrace/core'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { record } from '../../test/record.ts'
import type { Recording } from '../../test/record.ts'
import { EventSource } from '../eventsource.ts'
import { connectEventStream } from '../index.ts'
import type { ConnectOptions } from '../index.ts'
import { createFakeSource } from '../testing.ts'
import type { FakeChannelOptions, FakeSource } from '../testing.ts'

type Prices = { tick: { n: number } }
const prices = defineStream<Prices>('prices')
const tick = (n: number) => ({ type: 'tick', data: { n } }) as const
type Tick = ReturnType<typeof tick>

interface Client extends Recording {
  /** What was heard so far, without where chunks end. */
  readonly heardSoFar: () => readonly string[]
  readonly reconnect: () => Promise<void>
}

/** Connects a client to a source, with its first response open. */
async function connect(source: FakeSource<never>, options: ConnectOptions = {}): Promise<Client> {
  const connection = connectEventStream('http://localhost/prices', { fetch: source.fetch, ...options })
  onTestFinished(() => connection.close())
  const recording = record(connection)
  await source.settled()
  return {
    ...recording,
    heardSoFar: () => recording.log.filter((line) => line !== 'chunk end'),
    async reconnect() {
      connection.reconnect()
      await source.settled()
    },
  }
}

interface Channel extends Client {
  readonly source: FakeSource<Tick>
}

async function connectChannel(
  options?: FakeChannelOptions,
  connectOptions?: ConnectOptions,
): Promise<Channel> {
  const source = createFakeSource(prices, options)
  return { source, ...(await connect(source, connectOptions)) }
}

const STARTED = ['state connecting 1 start', 'state open']

describe('the source of a channel', () => {
  test('opens as a Millrace server does, and types its events by the contract', async () => {
    const source = createFakeSource(prices)
    const connection = connectEventStream(prices, { url: 'http://localhost/prices', fetch: source.fetch })
    onTestFinished(() => connection.close())
    const events: unknown[] = []
    connection.subscribe({ onEvent: (event) => events.push(event) })
    const { log } = record(connection)
    await source.settled()
    expect(source.emit({ ...tick(1), id: 'order-17' })).toBe('prices.1.t1.order-17')
    await source.settled()
    expect(log).toEqual([...STARTED, 'live', 'chunk end', 'tick {"n":1}', 'chunk end'])
    expect(events).toEqual([
      { ...tick(1), lastEventId: 'prices.1.t1.order-17', id: 'order-17', replayed: false },
    ])
  })

  test('sends what was missed to a client that comes back, and shows what position it brought', async () => {
    const { source, heardSoFar, reconnect } = await connectChannel()
    source.emit(tick(1))
    await source.settled()
    source.cut()
    await source.settled()
    source.emit(tick(2))
    source.emit(tick(3))
    await reconnect()
    expect(heardSoFar().slice(3)).toEqual([
      'tick {"n":1}',
      'state waiting 2 network',
      'state connecting 1 reconnect',
      'state open',
      'tick {"n":2}',
      'tick {"n":3}',
      'live',
    ])
    expect(source.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', 'prices.1.t1'])
    expect(source.requests.map(({ isOpen }) => isOpen)).toEqual([false, true])
  })

  test('replays everything where clients begin with the oldest', async () => {
    const source = createFakeSource(prices, { start: 'oldest' })
    source.emit(tick(1))
    const { heardSoFar } = await connect(source)
    expect(heardSoFar()).toEqual([...STARTED, 'tick {"n":1}', 'live'])
  })

  test('sends the snapshot to fresh clients, and to none that resumes', async () => {
    let state = 'a'
    const { source, heardSoFar, reconnect } = await connectChannel({ snapshot: () => state })
    state = 'b'
    await reconnect()
    source.emit(tick(1))
    await source.settled()
    expect(heardSoFar().filter((line) => !line.startsWith('state'))).toEqual([
      'snapshot "a"',
      'live',
      'live',
      'tick {"n":1}',
    ])
    expect(source.latestRequest.lastEventId).toBe('prices.0.t0')
  })

  test.each([
    {
      title: 'of another channel',
      lastEventId: 'rooms.7.t7',
      gap: 'gap restarted null',
      next: ['tick {"n":1}'],
    },
    { title: 'ahead of the head', lastEventId: 'prices.2.t2', gap: 'gap unknown null', next: [] },
    { title: 'that is no cursor', lastEventId: 'order-17', gap: 'gap unknown null', next: [] },
  ])('answers a position $title with a gap', async ({ lastEventId, gap, next }) => {
    const source = createFakeSource(prices)
    source.emit(tick(1))
    const { heardSoFar } = await connect(source, { lastEventId })
    expect(heardSoFar()).toEqual([...STARTED, gap, ...next, 'live'])
  })

  test('opens with the gap that was planned, and goes on at the head', async () => {
    const { source, heardSoFar, reconnect } = await connectChannel()
    source.emit(tick(1))
    source.answer({ gap: { reason: 'trimmed', missed: 12 } })
    await reconnect()
    source.emit(tick(2))
    await source.settled()
    expect(heardSoFar().slice(-4)).toEqual(['state open', 'gap trimmed 12', 'live', 'tick {"n":2}'])
    await reconnect()
    expect(source.latestRequest.lastEventId).toBe('prices.2.t2')
  })

  test('sends the snapshot behind a gap, and then says of no number of events that they are missing', async () => {
    const source = createFakeSource(prices, { snapshot: () => 'all' })
    source.answer({ gap: { reason: 'trimmed', missed: 12 } })
    const { heardSoFar } = await connect(source)
    expect(heardSoFar()).toEqual([...STARTED, 'gap trimmed null', 'snapshot "all"', 'live'])
  })

  test('leaves the opening to the test where it wants it', async () => {
    const { source, heardSoFar, log } = await connectChannel({ opening: 'manual', heartbeatMs: 50 })
    expect(log).toEqual(STARTED)
    source.open({ resume: 'gap', delivery: 'latest' })
    source.gap({ reason: 'too-many', missed: 3 })
    source.snapshot({ sum: 0 })
    source.emit(tick(1))
    source.live()
    source.end('failed')
    await source.settled()
    expect(heardSoFar().slice(2)).toEqual(
      [
        'gap too-many 3',
        'snapshot {"sum":0}',
        'tick {"n":1}',
        'live',
        'end failed',
        'state failed source-failed ',
      ].map((line) => line.trimEnd()),
    )
  })

  test('sends what belongs to the contract alone', () => {
    const checked = defineStream('checked', { events: { tick: z.object({ n: z.number() }) } })
    const source = createFakeSource(checked)
    // @ts-expect-error n is a number
    expect(() => source.emit({ type: 'tick', data: { n: '1' } })).toThrow('data of event "tick" on checked')
    // @ts-expect-error there is no such event
    expect(() => source.emit({ type: 'tock', data: { n: 1 } })).toThrow('it has: tick')
    // @ts-expect-error the type is reserved
    expect(() => source.emit({ type: 'millrace.gap', data: {} })).toThrow('no event can have the type')
    // @ts-expect-error the type is missing
    expect(() => source.emit({ data: { n: 1 } })).toThrow('no event can have the type')
    expect(() => source.emit({ ...tick(1), id: 'not one' })).toThrow('id must be 1 to 64 of A-Za-z0-9_-')
    expect(source.emit(tick(1))).toBe('checked.1.t1')
  })
})

describe('the source of any other stream', () => {
  test('sends nothing but what the test sends', async () => {
    const source = createFakeSource()
    const { log } = await connect(source)
    expect(source.emit({ data: 'one' })).toBe('')
    expect(source.emit({ type: 'greeting', data: 'two\nlines', id: '7' })).toBe('7')
    source.write('data: three\n')
    source.write(new Uint8Array([10]))
    source.heartbeat()
    await source.settled()
    expect(log).toEqual([
      ...STARTED,
      'message one',
      'chunk end',
      'greeting two\nlines',
      'chunk end',
      'chunk end',
      'message three',
      'chunk end',
      'chunk end',
    ])
  })

  test('streams the answer of a Millrace server to one request', async () => {
    const source = createFakeSource()
    const { log } = await connect(source, { method: 'POST', body: '{"prompt":"x"}' })
    source.open()
    source.emit({ data: 'Once' })
    source.end()
    await source.settled()
    expect(log).toContain('message Once')
    expect(log.slice(-3)).toEqual(['end done', 'state done', 'chunk end'])
    expect(source.requests).toMatchObject([
      { method: 'POST', body: '{"prompt":"x"}', url: 'http://localhost/prices', isOpen: false },
    ])
  })

  test('tells by a retry how long to wait', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const source = createFakeSource()
    await connect(source)
    source.retry(7000)
    source.emit({ data: 'one' })
    source.close()
    await source.settled()
    await vi.advanceTimersByTimeAsync(6999)
    expect(source.requests).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(source.requests).toHaveLength(2)
  })
})

describe('an answer that was planned', () => {
  test('is for the next request, or for so many of them, in the order of the plan', async () => {
    const source = createFakeSource(prices)
    source.answer({ status: 503, headers: { 'retry-after': '60' } }, { times: 2 })
    source.answer({ status: 204 })
    const { log, reconnect } = await connect(source)
    expect(source.latestRequest.isOpen).toBe(false)
    await reconnect()
    await reconnect()
    expect(log.filter((line) => !line.startsWith('state connecting'))).toEqual([
      'state waiting 2 bad-status',
      'state waiting 2 bad-status',
      'state done',
    ])
    await reconnect()
    expect(log.slice(-2)).toEqual(['live', 'chunk end'])
  })

  test('may be an error, as where no server can be reached', async () => {
    const source = createFakeSource()
    const error = new TypeError('fetch failed')
    source.answer({ error }, { times: Infinity })
    const { log, reconnect } = await connect(source)
    await reconnect()
    expect(log.filter((line) => line === 'state waiting 2 network')).toHaveLength(2)
  })

  test('may be a body of another type', async () => {
    const source = createFakeSource()
    source.answer({ status: 200, headers: { 'content-type': 'text/html' }, body: '<p>' })
    const { log } = await connect(source)
    expect(log.at(-1)).toBe('state failed bad-content-type 200')
  })

  test('may be a whole stream, cut anywhere, for whatever reads responses', async () => {
    const source = createFakeSource()
    const stream = [encodeEvent({ data: 'é中😀' }), 'data: ', 'two\n\n', new Uint8Array([0x3a, 10])]
    source.answer({ stream, chunkBytes: 1, ending: 'close' })
    const seen: string[] = []
    for await (const { data } of parseEventStream(await source.fetch('/events'))) seen.push(data)
    expect(seen).toEqual(['é中😀', 'two'])
  })

  test('may be a stream that breaks off, or one that the test goes on with', async () => {
    const source = createFakeSource()
    source.answer({ stream: ['data: one\n\n'], ending: 'cut' })
    source.answer({ stream: ['data: two\n\n'], headers: { 'x-server': 'a' } })
    const { heardSoFar, reconnect } = await connect(source)
    await reconnect()
    source.emit({ data: 'three' })
    await source.settled()
    expect(heardSoFar()).toEqual([
      ...STARTED,
      'message one',
      'state waiting 2 network',
      'state connecting 1 reconnect',
      'state open',
      'message two',
      'message three',
    ])
  })
})

describe('a cut', () => {
  test.each([0, 1, 17, 30, 31])('after %i bytes lets exactly these arrive', async (afterBytes) => {
    const source = createFakeSource()
    const response = await source.fetch('/')
    const event = encodeEvent({ data: 'x'.repeat(20) })
    source.cut({ afterBytes })
    for (let count = 0; count < 3; count++)
      if (source.latestRequest.isOpen) source.emit({ data: 'x'.repeat(20) })
    const reader = response.body?.getReader()
    let arrived = ''
    await expect(async () => {
      for (;;) arrived += new TextDecoder().decode((await reader?.read())?.value)
    }).rejects.toThrow('the connection was cut')
    expect(arrived).toBe(event.repeat(3).slice(0, afterBytes))
  })

  test('that nobody is there for is that of the next response, counted from its first byte', async () => {
    const source = createFakeSource(prices)
    source.cut({ afterBytes: 40 })
    const { log, reconnect } = await connect(source)
    expect(log).toEqual([...STARTED, 'chunk end', 'state waiting 2 network'])
    await reconnect()
    expect(log.slice(-2)).toEqual(['live', 'chunk end'])
  })

  test('at any byte costs a client no event and brings none twice', async () => {
    const sent = Array.from({ length: 40 }, (_, n) => `tick {"n":${n}}`)
    for (let afterBytes = 0; afterBytes < 60; afterBytes++) {
      const { source, log, reconnect } = await connectChannel()
      for (const [n] of sent.entries()) {
        if (n % 10 === 5) source.cut({ afterBytes })
        source.emit(tick(n))
        await source.settled()
        if (!source.latestRequest.isOpen) await reconnect()
      }
      await reconnect()
      expect(log.filter((line) => line.startsWith('tick'))).toEqual(sent)
    }
  })
})

test('the example of the README ends as it says', async () => {
  const { source, reconnect, log } = await connectChannel()
  source.emit(tick(1))
  source.cut({ afterBytes: 17 })
  source.emit(tick(2))
  await source.settled()
  source.answer({ status: 503, headers: { 'retry-after': '5' } })
  await reconnect()
  expect(source.latestRequest.lastEventId).toBe('prices.1.t1')
  expect(log.at(-1)).toBe('state waiting 2 bad-status')
})

test('the EventSource of this package takes it as well', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const source = createFakeSource(prices)
  const eventSource = new EventSource('http://localhost/prices', { fetch: source.fetch })
  onTestFinished(() => eventSource.close())
  const heard: string[] = []
  for (const type of ['open', 'error', 'tick']) {
    eventSource.addEventListener(type, (event) => heard.push(`${type} ${(event as MessageEvent).data ?? ''}`))
  }
  await source.settled()
  source.emit(tick(1))
  await source.settled()
  source.cut()
  await source.settled()
  source.emit(tick(2))
  await vi.advanceTimersByTimeAsync(60_000)
  expect(heard).toEqual(['open ', 'tick {"n":1}', 'error ', 'open ', 'tick {"n":2}'])
  expect(source.latestRequest.lastEventId).toBe('prices.1.t1')
})

describe('a stall', () => {
  test('holds back what is sent, and what is asked for, until it flows again', async () => {
    const { source, log, reconnect } = await connectChannel()
    source.stall()
    source.emit(tick(1))
    await source.settled()
    expect(log.at(-2)).toBe('live')
    await reconnect()
    expect(log.at(-1)).toBe('state connecting 1 reconnect')
    expect(source.latestRequest.isOpen).toBe(true)
    source.flow()
    await source.settled()
    expect(log.slice(-4)).toEqual(['state open', 'tick {"n":1}', 'live', 'chunk end'])
  })

  test('lets an end in good order wait as well, and loses to a cut what is on its way', async () => {
    const source = createFakeSource()
    const { log, reconnect } = await connect(source)
    source.stall()
    source.emit({ data: 'one' })
    source.close()
    await source.settled()
    expect(log).toEqual(STARTED)
    source.flow()
    await source.settled()
    expect(log.slice(2)).toEqual(['message one', 'chunk end', 'state waiting 1 in good order'])
    await reconnect()
    source.stall()
    source.emit({ data: 'two' })
    source.cut()
    await source.settled()
    expect(log.slice(-2)).toEqual(['state open', 'state waiting 2 network'])
  })

  test('is what a watchdog ends, by the clock of the test', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    vi.spyOn(Math, 'random').mockReturnValue(0)
    onTestFinished(() => void vi.restoreAllMocks())
    const { source, log } = await connectChannel({ heartbeatMs: 10_000 })
    for (let count = 0; count < 5; count++) {
      await vi.advanceTimersByTimeAsync(20_000)
      source.heartbeat()
    }
    expect(source.requests).toHaveLength(1)
    source.stall()
    await vi.advanceTimersByTimeAsync(26_000)
    expect(log.at(-1)).toBe('state waiting 2 network')
    source.flow()
    source.emit(tick(1))
    await vi.advanceTimersByTimeAsync(3000)
    expect(log.slice(-4)).toEqual(['state open', 'tick {"n":1}', 'live', 'chunk end'])
  })
})

describe('requests', () => {
  test('show what the client sent', async () => {
    const source = createFakeSource()
    await source.fetch(new URL('http://localhost/a?lastEventId=7%C3%A9'), { method: 'post', body: '{}' })
    await source.fetch(new Request('http://localhost/b', { headers: { 'last-event-id': 'Ã©1' } }))
    const [first, second] = source.requests
    expect(first).toMatchObject({
      url: 'http://localhost/a?lastEventId=7%C3%A9',
      method: 'POST',
      body: '{}',
      lastEventId: '7é',
    })
    expect(second).toMatchObject({
      url: 'http://localhost/b',
      method: 'GET',
      body: undefined,
      lastEventId: 'é1',
    })
    expect(second?.headers.get('last-event-id')).toBe('Ã©1')
    expect(source.latestRequest).toBe(second)
  })

  test('are over when the client has enough, also of waiting for an answer', async () => {
    const source = createFakeSource()
    const reading = new AbortController()
    const response = await source.fetch('/', { signal: reading.signal })
    source.stall()
    const waiting = new AbortController()
    const answer = source.fetch('/', { signal: waiting.signal })
    expect(source.requests.map(({ isOpen }) => isOpen)).toEqual([true, true])
    reading.abort(new Error('left'))
    waiting.abort(new Error('left early'))
    expect(source.requests.map(({ isOpen }) => isOpen)).toEqual([false, false])
    await expect(answer).rejects.toThrow('left early')
    await expect(response.text()).rejects.toThrow('left')
    await expect(source.fetch('/', { signal: AbortSignal.abort(new Error('never came')) })).rejects.toThrow(
      'never came',
    )
  })

  test('are over when their body is cancelled', async () => {
    const source = createFakeSource()
    await (await source.fetch('/')).body?.cancel()
    expect(source.latestRequest.isOpen).toBe(false)
  })
})

describe('time', () => {
  const TIMERS = [
    ...(['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate'] as const),
    ...(['clearImmediate', 'requestAnimationFrame', 'cancelAnimationFrame', 'performance', 'Date'] as const),
  ]

  test('is the test’s own: with every timer faked nothing has to be advanced but the client’s', async () => {
    // Jest fakes microtasks as well, unless told otherwise.
    vi.useFakeTimers({ toFake: [...TIMERS, 'queueMicrotask'] })
    onTestFinished(() => void vi.useRealTimers())
    const source = createFakeSource(prices)
    const connection = connectEventStream(prices, { url: 'http://localhost/', fetch: source.fetch })
    onTestFinished(() => connection.close())
    const { log } = record(connection)
    // The client begins in a microtask, which this clock holds in its hands as well.
    await vi.advanceTimersByTimeAsync(0)
    for (let n = 0; n < 1000; n++) source.emit(tick(n))
    await source.settled()
    expect(log.filter((line) => line.startsWith('tick'))).toHaveLength(1000)
    expect(vi.getTimerCount()).toBe(1)
    connection.close()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('does not pass while a source settles', async () => {
    const source = createFakeSource()
    await connect(source)
    let hasPassed = false
    const immediate = setImmediate(() => {
      hasPassed = true
    })
    onTestFinished(() => clearImmediate(immediate))
    for (let n = 0; n < 100; n++) source.emit({ data: 'x' })
    await source.settled()
    expect(hasPassed).toBe(false)
  })

  test('is not waited for where the client does not read', async () => {
    const source = createFakeSource()
    await source.fetch('/')
    source.emit({ data: 'one' })
    await source.settled()
    expect(source.latestRequest.isOpen).toBe(true)
  })
})

describe('misuse says what to do', () => {
  const source = createFakeSource()

  test.each<[string, () => unknown]>([
    [
      'emit: nobody is connected, nothing was requested yet; await settled()',
      () => source.emit({ data: '1' }),
    ],
    ['write: nobody is connected', () => source.write('')],
    ['heartbeat: nobody is connected', () => source.heartbeat()],
    ['retry: nobody is connected', () => source.retry(1)],
    ['open: nobody is connected', () => source.open()],
    ['gap: nobody is connected', () => source.gap()],
    ['end: nobody is connected', () => source.end()],
    ['close: nobody is connected', () => source.close()],
    ['cut: nobody is connected', () => source.cut()],
    ['cut: afterBytes must be a whole number from 0, received -1', () => source.cut({ afterBytes: -1 })],
    ['latestRequest: nothing was requested yet', () => source.latestRequest],
    ['answer: status must be 200 to 599, received 99', () => source.answer({ status: 99 })],
    ['answer: times must be a whole number from 1', () => source.answer({ status: 503 }, { times: 0 })],
    ['answer: chunkBytes must be a whole number from 1', () => source.answer({ stream: [], chunkBytes: 0 })],
    ['answer: only a channel can open with a gap', () => source.answer({ gap: { reason: 'trimmed' } })],
    // @ts-expect-error nothing says what the answer is
    ['answer: one of status, stream, gap and error is needed', () => source.answer({})],
    [
      'createFakeSource: the channel must be made by defineStream, with its parameters',
      () => createFakeSource(defineStream('rooms', { events: {}, params: ['id'] }) as never),
    ],
  ])('%s', (message, misuse) => {
    expect(misuse).toThrow(message)
  })

  test('also where a response is over, or not opened as Millrace opens it', async () => {
    const plain = createFakeSource()
    await plain.fetch('/')
    for (const method of ['gap', 'live', 'end'] as const) {
      expect(() => plain[method]()).toThrow(`${method}: call open() first`)
    }
    expect(() => plain.snapshot(1)).toThrow('snapshot: call open() first')
    plain.close()
    expect(() => plain.emit({ data: 'one' })).toThrow('no response is open any more')

    const channel = createFakeSource(prices)
    await channel.fetch('/')
    expect(() => channel.open()).toThrow('open: millrace.open was sent already')
    const manual = createFakeSource(prices, { opening: 'manual' })
    await manual.fetch('/')
    expect(() => manual.emit(tick(1))).toThrow('emit: call open() first')
  })
})
