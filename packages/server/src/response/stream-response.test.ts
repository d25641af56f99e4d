import { type Channel, defineStream } from '@millrace/core'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { BlockReader, streamRequest } from '../../test/block-reader.ts'
import { createHub } from '../../test/create-hub.ts'
import { eventStream } from './event-stream.ts'
import type { StreamContext, StreamHandler, YieldedEvent } from './stream-response.ts'

const post = (init: RequestInit = {}): Request => streamRequest('', { method: 'POST', ...init })
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('eventStream', () => {
  test('streams what a generator yields, and says that it is done', async () => {
    const POST = eventStream(
      async function* () {
        yield { data: 'text' }
        yield { data: { json: true } }
        yield { type: 'usage', data: 3, id: 'any id, verbatim é' }
      },
      { hub: createHub() },
    )
    const blocks = await new BlockReader(await POST(post(), undefined)).rest()
    expect(blocks.filter(({ kind }) => kind === 'event')).toMatchObject([
      {
        type: 'millrace.open',
        data: '{"resume":"fresh","delivery":"all","heartbeatMs":15000}',
        id: undefined,
      },
      { type: 'message', data: 'text' },
      { type: 'message', data: '{"json":true}' },
      { type: 'usage', data: '3', id: 'any id, verbatim é' },
      { type: 'millrace.end', data: '{"reason":"done"}', id: 'millrace.end' },
    ])
  })

  test('answers before the source has anything', async () => {
    let go: () => void = () => undefined
    const told = new Promise<void>((resolve) => (go = resolve))
    const POST = eventStream(
      async function* () {
        await told
        yield { data: 'at last' }
      },
      { hub: createHub() },
    )
    const reader = new BlockReader(await POST(post(), undefined))
    expect((await reader.event()).type).toBe('millrace.open')
    go()
    expect((await reader.event()).data).toBe('at last')
  })

  test('pulls a source no faster than the client reads', async () => {
    let pulled = 0
    const POST = eventStream(
      async function* () {
        for (;;) yield { data: `${++pulled}` }
      },
      { hub: createHub() },
    )
    const response = await POST(post(), undefined)
    await sleep(30)
    expect(pulled).toBeLessThan(5)
    await response.body?.cancel()
  })

  test('hands on a Response of the handler, untouched', async () => {
    const hub = createHub()
    const refusal = new Response('sign in', { status: 401 })
    const POST = eventStream(async () => refusal, { hub })
    expect(await POST(post(), undefined)).toBe(refusal)
    expect(hub.inspect().streams).toBe(0)
  })

  test('takes an async function that returns an iterable', async () => {
    const POST = eventStream(
      async () =>
        (async function* () {
          yield { data: 'x' }
        })(),
      { hub: createHub() },
    )
    const reader = new BlockReader(await POST(post(), undefined))
    expect((await reader.events(2))[1]?.data).toBe('x')
  })

  test('ends as failed when the source throws, and keeps to itself what was thrown', async () => {
    const onError = vi.fn<(error: unknown) => void>()
    const POST = eventStream(
      async function* () {
        yield { data: 'x' }
        throw new Error('the password is hunter2')
      },
      { hub: createHub({ observer: { onError } }) },
    )
    const response = await POST(post(), undefined)
    const text = await response.text()
    expect(text).toContain('event: millrace.end\nid: millrace.end\ndata: {"reason":"failed"}')
    expect(text).not.toContain('hunter2')
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ message: 'the password is hunter2' }))
  })

  test('throws what the handler throws before there is a stream', async () => {
    const hub = createHub()
    const POST = eventStream(
      async () => {
        throw new Error('no model')
      },
      { hub },
    )
    await expect(POST(post(), undefined)).rejects.toThrow('no model')
    expect(hub.inspect().streams).toBe(0)
  })

  test.each([
    ['a reserved type', { type: 'millrace.gap', data: '' }],
    ['no data', { type: 'x', data: undefined }],
    ['data that JSON has not', { data: () => 'x' }],
    ['an id with a line end', { data: '', id: 'a\nb' }],
    ['a type with a line end', { data: '', type: 'a\nb' }],
  ])('ends as failed, and not with a broken stream, for %s', async (_, event: YieldedEvent) => {
    const onError = vi.fn<(error: unknown) => void>()
    let isReleased = false
    const POST = eventStream(
      async function* () {
        try {
          yield event
        } finally {
          isReleased = true
        }
      },
      { hub: createHub({ observer: { onError } }) },
    )
    const blocks = await new BlockReader(await POST(post(), undefined)).rest()
    expect(blocks.at(-1)).toMatchObject({ type: 'millrace.end', data: '{"reason":"failed"}' })
    expect(onError).toHaveBeenCalledTimes(1)
    expect(isReleased).toBe(true)
  })

  test('checks data by a contract, and sends it as JSON, strings too', async () => {
    const contract = defineStream('tokens', { events: { token: z.string() } }) as unknown as Channel
    const onError = vi.fn<(error: unknown) => void>()
    const POST = eventStream(
      async function* () {
        yield { type: 'token', data: 'a' }
        yield { type: 'token', data: 7 }
      },
      { hub: createHub({ observer: { onError } }), contract },
    )
    const events = (await new BlockReader(await POST(post(), undefined)).rest()).filter(
      ({ kind }) => kind === 'event',
    )
    expect(events.slice(1)).toMatchObject([
      { data: '"a"' },
      { type: 'millrace.end', data: '{"reason":"failed"}' },
    ])
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: 'invalid-data' }))
  })

  test('hands the last event id to the handler, and answers for the end without running it', async () => {
    const handler = vi.fn<StreamHandler>(async function* ({ lastEventId }) {
      yield { data: lastEventId, id: '8' }
    })
    const GET = eventStream(handler, { hub: createHub() })
    const reader = new BlockReader(await GET(streamRequest('7'), undefined))
    const [opened, event] = await reader.events(2)
    expect([opened?.id, JSON.parse(opened?.data ?? '').resume, event?.data]).toEqual([
      undefined,
      'resumed',
      '7',
    ])
    expect((await GET(streamRequest('millrace.end'), undefined)).status).toBe(204)
    expect((await GET(streamRequest('', { method: 'HEAD' }), undefined)).body).toBe(null)
    expect(handler).toHaveBeenCalledTimes(1)
  })

  test('runs each step of the source in the scope it is given', async () => {
    const hub = createHub()
    let depth = 0
    const seen: number[] = []
    const response = await hub.respondOnce(
      post(),
      async function* () {
        seen.push(depth)
        yield { data: 1 }
        seen.push(depth)
      },
      {
        params: undefined,
        runInScope: (step) => {
          depth++
          try {
            return step()
          } finally {
            depth--
          }
        },
      },
    )
    await response.text()
    expect(seen).toEqual([1, 1])
  })

  test('turns a request away while the hub drains: one that is no GET by status, since nothing would send it again', async () => {
    const hub = createHub()
    await hub.drain({ windowMs: 2000 })
    const answer = eventStream(
      async function* () {
        yield { data: 'never' }
      },
      { hub },
    )
    const posted = await answer(post(), undefined)
    expect([posted.status, posted.headers.get('retry-after')]).toEqual([503, '2'])
    const got = await answer(streamRequest(), undefined)
    expect([got.status, await got.text()]).toEqual([200, expect.stringMatching(/^retry: \d+\n\n$/)])
  })

  test('beats while the source thinks', async () => {
    const hub = createHub()
    const POST = eventStream(
      async function* ({ signal }) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        yield { data: 'too late' }
      },
      { hub, heartbeatMs: 50 },
    )
    const reader = new BlockReader(await POST(post(), undefined))
    await reader.event()
    expect(await reader.next()).toEqual({ kind: 'comment' })
    await reader.cancel()
  })
})

describe('a handler that does not answer', () => {
  test('holds up no drain: its client is asked to return, and its late source is let go', async () => {
    const onRefuse = vi.fn<(refusal: object) => void>()
    const hub = createHub({ observer: { onRefuse } })
    let answer: (source: AsyncIterable<YieldedEvent>) => void = () => undefined
    const handler = (): Promise<AsyncIterable<YieldedEvent>> => new Promise((resolve) => (answer = resolve))
    const posted = eventStream(handler, { hub })(post(), undefined)
    expect(await hub.drain({ windowMs: 20 })).toMatchObject({ cut: 1 })
    expect((await posted).status).toBe(503)
    expect(onRefuse).toHaveBeenCalledWith({ reason: 'draining', channel: undefined, principal: undefined })
    expect(hub.inspect()).toMatchObject({ pending: 0, abandonedSources: 1 })
    const next = vi.fn<() => Promise<never>>()
    const letGo = vi.fn<() => Promise<IteratorResult<YieldedEvent>>>(async () => ({ done: true, value: 0 }))
    answer({ [Symbol.asyncIterator]: () => ({ next, return: letGo }) })
    await vi.waitFor(() => expect(hub.inspect().abandonedSources).toBe(0))
    expect([next.mock.calls.length, letGo.mock.calls.length]).toEqual([0, 1])
  })

  test('is waited for no longer than its client is there, and its late response is let go', async () => {
    const hub = createHub()
    const abort = new AbortController()
    let answer: (response: Response) => void = () => undefined
    const handler = (): Promise<Response> => new Promise((resolve) => (answer = resolve))
    const posted = eventStream(handler, { hub })(post({ signal: abort.signal }), undefined)
    abort.abort()
    expect((await posted).body).toBe(null)
    const cancel = vi.fn<() => void>()
    answer(new Response(new ReadableStream({ cancel })))
    await vi.waitFor(() => expect(cancel).toHaveBeenCalled())
    expect(hub.inspect()).toMatchObject({ pending: 0, abandonedSources: 0 })
  })

  test('may throw whenever it likes once its client has left', async () => {
    const abort = new AbortController()
    let fail: (error: unknown) => void = () => undefined
    const handler = (): Promise<Response> => new Promise((_, reject) => (fail = reject))
    const hub = createHub()
    const posted = eventStream(handler, { hub })(post({ signal: abort.signal }), undefined)
    abort.abort()
    expect((await posted).status).toBe(200)
    fail('late')
    await sleep(5)
    expect(hub.inspect().abandonedSources).toBe(0)
  })
})

describe('a source', () => {
  /** A source that is parked in an `await` or suspended at a `yield`, and what became of it. */
  function watchedSource(isHeeding: boolean) {
    const fate = { aborted: 0, finished: 0 }
    const handler = async function* ({ signal }: StreamContext): AsyncGenerator<YieldedEvent> {
      signal.addEventListener('abort', () => fate.aborted++)
      try {
        yield { data: 'first' }
        await new Promise((resolve) => {
          if (isHeeding) signal.addEventListener('abort', resolve)
        })
        yield { data: 'after the end' }
      } finally {
        fate.finished++
      }
    }
    return { fate, handler }
  }

  test.each([
    ['suspended at a yield', 2],
    ['parked in an await', 3],
  ])('that is %s when the client goes is aborted and returned', async (_, reads) => {
    const hub = createHub()
    const { fate, handler } = watchedSource(true)
    const response = await eventStream(handler, { hub })(post(), undefined)
    const reader = new BlockReader(response)
    // Asked for its next event, or not yet.
    for (let read = 1; read <= reads; read++) void reader.next()
    await sleep(5)
    await reader.cancel()
    await sleep(5)
    expect(fate).toEqual({ aborted: 1, finished: 1 })
    expect(hub.inspect()).toMatchObject({ streams: 0, abandonedSources: 0 })
  })

  test('that heeds nothing is abandoned and counted', async () => {
    const hub = createHub()
    const { fate, handler } = watchedSource(false)
    const reader = new BlockReader(await eventStream(handler, { hub })(post(), undefined))
    await reader.events(2)
    void reader.next()
    await sleep(5)
    await reader.cancel()
    await sleep(5)
    expect(fate).toEqual({ aborted: 1, finished: 0 })
    expect(hub.inspect()).toMatchObject({ streams: 0, abandonedSources: 1 })
  })

  test('that never waits has everything else of the process take its turn', async () => {
    const hub = createHub()
    let yielded = 0
    const handler = async function* (): AsyncGenerator<YieldedEvent> {
      while (yielded < 10_000) yield { data: ++yielded }
    }
    const text = (await eventStream(handler, { hub })(post(), undefined)).text()
    await sleep(0)
    expect(yielded).toBeLessThan(10_000)
    expect(await text).toContain('data: 10000\n')
  })

  test('is not begun for a client that left while it was asked for', async () => {
    const hub = createHub()
    const abort = new AbortController()
    let steps = 0
    const POST = eventStream(
      async () => {
        await sleep(20)
        return {
          async *[Symbol.asyncIterator]() {
            steps++
            yield { data: 1 }
          },
        }
      },
      { hub },
    )
    setTimeout(() => abort.abort(), 5)
    const response = await POST(post({ signal: abort.signal }), undefined)
    expect(await response.text()).toBe('')
    expect(hub.inspect()).toMatchObject({ streams: 0, abandonedSources: 1 })
    await vi.waitFor(() => expect(hub.inspect().abandonedSources).toBe(0))
    expect(steps).toBe(0)
  })

  test('tells the client how long to wait before it returns, before anything else', async () => {
    const GET = eventStream(
      async function* () {
        yield { data: 'only' }
      },
      { hub: createHub(), reconnectionTimeMs: 50 },
    )
    const reader = new BlockReader(await GET(streamRequest(), undefined))
    expect(await reader.next()).toMatchObject({ kind: 'comment' })
    expect(await reader.next()).toEqual({ kind: 'retry', retryMs: 50 })
    expect(await reader.next()).toMatchObject({ type: 'millrace.open' })
    await reader.cancel()
  })

  test.each([
    [{ heartbeatMs: 0 }, 'heartbeatMs'],
    [{ reconnectionTimeMs: 0.5 }, 'reconnectionTimeMs'],
  ])('names the option that is out of range, and runs nothing: %j', async (options, name) => {
    const handler = vi.fn<() => Promise<Response>>()
    const GET = eventStream(handler, { hub: createHub(), ...options })
    await expect(GET(streamRequest(), undefined)).rejects.toThrow(name)
    expect(handler).not.toHaveBeenCalled()
  })
})
