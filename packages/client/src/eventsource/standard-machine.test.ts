import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { startEventServer } from '../../test/event-server.ts'
import type { Exchange } from '../../test/event-server.ts'
import { holdStreams } from '../../test/held-streams.ts'
import { EventSource } from '../eventsource.ts'
import type { EventSourceOptions } from '../eventsource.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** Makes a source that is closed with its test. */
function open(url: string, options?: EventSourceOptions): EventSource {
  const source = new EventSource(url, options)
  onTestFinished(() => source.close())
  return source
}

const endAfter =
  (text: string) =>
  (exchange: Exchange): void => {
    exchange.open()
    exchange.response.end(`retry: 0\n${text}`)
  }

const stay = (exchange: Exchange): void => exchange.open()

describe('a request', () => {
  test('asks for an event stream past all caches, and has no Last-Event-ID at first', async () => {
    const server = await startEventServer(stay)
    open(server.url)
    const { request } = await server.exchange(1)
    expect(request.method).toBe('GET')
    expect(request.headers).toMatchObject({ accept: 'text/event-stream', 'cache-control': 'no-cache' })
    expect(request.headers).not.toHaveProperty('last-event-id')
  })

  test.each([
    { withCredentials: true, credentials: 'include' },
    { withCredentials: false, credentials: 'same-origin' },
  ])('has credentials $credentials where withCredentials is $withCredentials', async (row) => {
    const fetch = vi.fn<NonNullable<EventSourceOptions['fetch']>>(() => new Promise(() => undefined))
    open('http://localhost/#fragment', { withCredentials: row.withCredentials, fetch })
    await vi.waitFor(() => expect(fetch).toHaveBeenCalled())
    expect(fetch.mock.calls[0]?.[0]).toBe('http://localhost/#fragment')
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({ credentials: row.credentials, cache: 'no-store' })
  })

  test('goes by the platform’s fetch of the moment where no other is given', async () => {
    const fetch = vi.fn<() => Promise<Response>>(() => new Promise(() => undefined))
    open('http://localhost/')
    vi.stubGlobal('fetch', fetch)
    await vi.waitFor(() => expect(fetch).toHaveBeenCalledOnce())
  })

  test('has the headers that were given, as they were then, but for Accept', async () => {
    const server = await startEventServer(endAfter('data: 1\n\n'), stay)
    const headers = { authorization: 'Bearer one', accept: 'text/html' }
    open(server.url, { headers })
    headers.authorization = 'Bearer two'
    for (const number of [1, 2]) {
      const { request } = await server.exchange(number)
      expect(request.headers).toMatchObject({ authorization: 'Bearer one', accept: 'text/event-stream' })
    }
  })

  test('asks a function for the headers of each attempt, and says why there is one', async () => {
    const server = await startEventServer(endAfter('id: 7\ndata: 1\n\n'), stay)
    const headers = vi.fn<(context: { reason: string; lastEventId: string }) => HeadersInit>(
      ({ reason, lastEventId }) => ({ authorization: `Bearer ${reason}${lastEventId}` }),
    )
    open(server.url, { headers })
    expect(headers).not.toHaveBeenCalled()
    expect((await server.exchange(1)).request.headers.authorization).toBe('Bearer start')
    expect((await server.exchange(2)).request.headers.authorization).toBe('Bearer retry7')
    expect(headers).toHaveBeenCalledTimes(2)
  })

  test('is not even begun where headers are none', () => {
    expect(() => new EventSource('http://localhost/', { headers: { 'no header': '' } })).toThrow(TypeError)
  })

  test('does without an id that no request can carry', async () => {
    const server = await startEventServer(endAfter('id: \u0001\ndata: 1\n\n'), stay)
    open(server.url)
    expect((await server.exchange(2)).request.headers).not.toHaveProperty('last-event-id')
  })
})

describe('a response', () => {
  test('that opens no stream is read no further', async () => {
    const cancel = vi.fn<() => void>()
    const source = open('http://localhost/', {
      fetch: async () => new Response(new ReadableStream({ cancel }), { status: 503 }),
    })
    await vi.waitFor(() => expect(source.readyState).toBe(source.CLOSED))
    expect(cancel).toHaveBeenCalledOnce()
  })

  test('is read no further when the source is closed, also where a fetch pays no heed to it', async () => {
    const cancel = vi.fn<() => void>()
    const body = new ReadableStream({ cancel })
    const headers = { 'content-type': 'text/event-stream' }
    const source = open('http://localhost/', { fetch: async () => new Response(body, { headers }) })
    source.onopen = () => source.close()
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledOnce())
  })

  test('that passes a limit is the last', async () => {
    const server = await startEventServer((exchange) => {
      exchange.open()
      exchange.response.write(`data: one\n\nid: ${'7'.repeat(10_000)}\n`)
    })
    const source = open(server.url)
    const heard: string[] = []
    source.onmessage = ({ data }) => heard.push(String(data))
    await new Promise((resolve) => source.addEventListener('error', resolve))
    expect(source.readyState).toBe(source.CLOSED)
    expect(heard).toEqual(['one'])
    expect(server.exchanges).toHaveLength(1)
  })

  test('that nobody gives is asked for again', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const server = await startEventServer(({ response }) => void response.socket?.destroy(), stay)
    const source = open(server.url)
    const states: number[] = []
    source.onerror = () => states.push(source.readyState)
    await new Promise((resolve) => source.addEventListener('open', resolve))
    expect(states).toEqual([source.CONNECTING])
  })
})

describe('the wait for a reconnect', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** How many requests there are one millisecond before a time is over, and when it is. */
  async function requestsWithin(ms: number, requests: readonly unknown[]): Promise<[number, number]> {
    await vi.advanceTimersByTimeAsync(ms - 1)
    const before = requests.length
    await vi.advanceTimersByTimeAsync(1)
    return [before, requests.length]
  }

  test.each([
    { retry: '', ms: 3000 },
    { retry: 'retry: 5000\n', ms: 5000 },
    { retry: 'retry: 5000', ms: 3000 },
    { retry: 'retry: 0\n', ms: 250 },
    { retry: 'retry: 86400000\n', ms: 86_400_000 },
    { retry: 'retry: 4294967296\n', ms: 2_147_453_647 },
    { retry: `retry: ${'9'.repeat(30)}\n`, ms: 2_147_453_647 },
  ])('takes $ms ms behind "$retry"', async ({ retry, ms }) => {
    const held = holdStreams()
    open('http://localhost/', { fetch: held.fetch })
    await vi.advanceTimersByTimeAsync(0)
    held.latest().write(retry)
    held.latest().end()
    await vi.advanceTimersByTimeAsync(0)
    expect(await requestsWithin(ms, held.streams)).toEqual([1, 2])
  })

  test('stays what a server made it, and takes no backoff behind streams that end in good order', async () => {
    const held = holdStreams()
    open('http://localhost/', { fetch: held.fetch })
    await vi.advanceTimersByTimeAsync(0)
    held.latest().write('retry: 700\n')
    for (const count of [1, 2, 3, 4, 5]) {
      held.latest().end()
      await vi.advanceTimersByTimeAsync(0)
      expect(await requestsWithin(700, held.streams)).toEqual([count, count + 1])
    }
  })

  test('takes a backoff that doubles behind requests that fail', async () => {
    const held = holdStreams()
    let isDown = true
    const fetch = vi.fn<NonNullable<EventSourceOptions['fetch']>>(async (url, init) => {
      if (isDown) throw new TypeError('fetch failed')
      return held.fetch(url, init)
    })
    const source = open('http://localhost/', { fetch })
    await vi.advanceTimersByTimeAsync(0)
    expect(await requestsWithin(3500, fetch.mock.calls)).toEqual([1, 2])
    expect(await requestsWithin(4000, fetch.mock.calls)).toEqual([2, 3])
    expect(await requestsWithin(5000, fetch.mock.calls)).toEqual([3, 4])
    isDown = false
    await vi.advanceTimersByTimeAsync(30_000)
    expect(source.readyState).toBe(source.OPEN)
  })

  test('is over with close()', async () => {
    const held = holdStreams()
    const source = open('http://localhost/', { fetch: held.fetch })
    await vi.advanceTimersByTimeAsync(0)
    held.latest().end()
    await vi.advanceTimersByTimeAsync(0)
    expect(vi.getTimerCount()).toBe(1)
    source.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})
