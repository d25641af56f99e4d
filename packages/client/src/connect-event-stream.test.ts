import { defineStream } from '@millrace/core'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { startEventServer } from '../test/event-server.ts'
import type { EventServer, Exchange } from '../test/event-server.ts'
import { record } from '../test/record.ts'
import { connectEventStream } from './index.ts'
import type { ConnectOptions, EventStreamConnection, Tap } from './index.ts'

// No test waits for a random part of a backoff.
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** Closes a connection with its test. */
function kept<Connection extends { close(): void }>(connection: Connection): Connection {
  onTestFinished(() => connection.close())
  return connection
}

const connect = (
  url: string,
  options: ConnectOptions = {},
): EventStreamConnection<{ type: string; data: string }> =>
  kept(connectEventStream(url, { reconnectionTimeMs: 0, ...options }))

/** Sends text on an open stream. */
const send =
  (...texts: readonly (string | Uint8Array)[]) =>
  ({ open, response }: Exchange): void => {
    open()
    for (const text of texts) response.write(text)
  }

/** Sends text, and ends the body in good order. */
const sendAll =
  (...texts: readonly (string | Uint8Array)[]) =>
  (exchange: Exchange): void => {
    send(...texts)(exchange)
    exchange.response.end()
  }

const answer =
  (status: number, headers: Record<string, string> = {}, body = '') =>
  ({ response }: Exchange): void => {
    response.writeHead(status, headers).end(body)
  }

/** Cuts the socket in the middle of the body. */
const cut =
  (text: string) =>
  (exchange: Exchange): void => {
    exchange.open()
    exchange.response.write(text, () => exchange.response.socket?.destroy())
  }

const millraceOpen = (id?: string, resume = 'fresh'): string =>
  `event: millrace.open\ndata: {"resume":"${resume}","delivery":"all","heartbeatMs":15000}\n${id ? `id: ${id}\n` : ''}\n`

test('is open as soon as the headers are there, and delivers events as they come', async () => {
  const server = await startEventServer(({ open }) => open())
  const connection = connect(server.url)
  expect(connection.status).toBe('idle')
  const { log, reached, heard } = record(connection)
  await reached('open')
  const { request, response } = await server.exchange(1)
  expect(request.headers).toMatchObject({ accept: 'text/event-stream', 'cache-control': 'no-cache' })
  expect(request.headers).not.toHaveProperty('last-event-id')
  response.write('data: one\n\nevent: tick\nid: 7\ndata: two\n\n')
  await heard('chunk end')
  expect(log).toEqual(['state connecting 1 start', 'state open', 'message one', 'tick two', 'chunk end'])
  expect(connection.lastEventId).toBe('7')
})

describe('an end of the body', () => {
  test('in good order leads to another attempt, the first of a new row, from the last id', async () => {
    const server = await startEventServer(sendAll('id: é7\ndata: one\n\n'), send('data: two\n\n'))
    const { log, heard } = record(connect(server.url))
    await heard('message two')
    expect(log.slice(0, 8)).toEqual([
      'state connecting 1 start',
      'state open',
      'message one',
      'chunk end',
      'state waiting 1 in good order',
      'state connecting 1 retry',
      'state open',
      'message two',
    ])
    const { request } = await server.exchange(2)
    expect(Buffer.from(String(request.headers['last-event-id']), 'latin1').toString('utf8')).toBe('é7')
  })

  test('by a cut is a network error, and leads to another attempt', async () => {
    const server = await startEventServer(cut('data: one\n\n'), send('data: two\n\n'))
    const { log, heard } = record(connect(server.url))
    await heard('message two')
    expect(log).toContain('state waiting 2 network')
  })

  test('discards the unfinished block, its id included, and keeps its retry', async () => {
    const server = await startEventServer(
      sendAll('id: 1\ndata: one\n\nretry: 260\nid: 2\ndata: lost'),
      send('data: two\n\n'),
    )
    const { heard } = record(connect(server.url, { reconnectionTimeMs: 60_000 }))
    await heard('message two')
    expect((await server.exchange(2)).request.headers['last-event-id']).toBe('1')
  })

  test('resets the id where the server did', async () => {
    const server = await startEventServer(sendAll('id\ndata: one\n\n'), send('data: two\n\n'))
    const { heard } = record(connect(server.url, { lastEventId: '5' }))
    await heard('message two')
    expect((await server.exchange(1)).request.headers['last-event-id']).toBe('5')
    expect((await server.exchange(2)).request.headers).not.toHaveProperty('last-event-id')
  })
})

describe('a response', () => {
  test.each([{ status: 400 }, { status: 401 }, { status: 404 }, { status: 201 }, { status: 304 }])(
    'with status $status fails the connection',
    async ({ status }) => {
      const server = await startEventServer(answer(status, { 'content-type': 'text/event-stream' }))
      const { log, reached } = record(connect(server.url))
      await reached('failed')
      expect(log).toEqual(['state connecting 1 start', `state failed bad-status ${status}`])
      expect(server.exchanges).toHaveLength(1)
    },
  )

  test.each([
    { contentType: 'text/html' },
    { contentType: 'text/event-streamx' },
    { contentType: 'application/json' },
  ])('of type $contentType fails the connection', async ({ contentType }) => {
    const server = await startEventServer(answer(200, { 'content-type': contentType }, '<p>data: no</p>'))
    const { log, reached } = record(connect(server.url))
    await reached('failed')
    expect(log.at(-1)).toBe('state failed bad-content-type 200')
  })

  test('without a type fails the connection', async () => {
    const server = await startEventServer(answer(200))
    const { log, reached } = record(connect(server.url))
    await reached('failed')
    expect(log.at(-1)).toBe('state failed bad-content-type 200')
  })

  test.each([408, 425, 429, 500, 502, 503])('with status %i is tried again', async (status) => {
    const server = await startEventServer(answer(status), send('data: one\n\n'))
    const { log, heard } = record(connect(server.url))
    await heard('message one')
    expect(log.slice(0, 3)).toEqual([
      'state connecting 1 start',
      'state waiting 2 bad-status',
      'state connecting 2 retry',
    ])
  })

  test('with status 204 means done', async () => {
    const server = await startEventServer(sendAll('data: one\n\n'), answer(204))
    const connection = connect(server.url)
    const { log, reached } = record(connection)
    await reached('done')
    expect(log).toContain('message one')
    expect(connection.state).toEqual({ status: 'done' })
  })

  test('to a request that nobody answers is a network error, and is tried again', async () => {
    const { log, reached } = record(connect('http://127.0.0.1:1/'))
    await reached('waiting')
    expect(log.at(-1)).toBe('state waiting 2 network')
  })

  test('says in Retry-After how long to wait', async () => {
    const server = await startEventServer(answer(503, { 'retry-after': '120' }))
    const connection = connect(server.url)
    const { reached } = record(connection)
    await reached('waiting')
    const { state } = connection
    const waitMs = state.status === 'waiting' ? state.retryAtMs - Date.now() : 0
    expect(waitMs).toBeGreaterThan(110_000)
    expect(waitMs).toBeLessThanOrEqual(120_000)
  })
})

describe('hostile bytes', () => {
  test('that are not UTF-8 become U+FFFD, and harm nothing else', async () => {
    const server = await startEventServer(
      send(new Uint8Array([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0xc3]), '\n\n'),
    )
    const { log, heard } = record(connect(server.url))
    await heard('message')
    expect(log).toContain('message \uFFFD\uFFFD')
  })

  test('of an endless line fail the connection after what came before', async () => {
    const server = await startEventServer(send('data: one\n\n', `data: ${'x'.repeat(3000)}`))
    const { log, reached } = record(connect(server.url, { limits: { maxLineLength: 1000 } }))
    await reached('failed')
    expect(log).toContain('message one')
    expect(log).toContain('state failed limit-exceeded')
    await (
      await server.exchange(1)
    ).closed
    expect(server.exchanges).toHaveLength(1)
  })

  test('in an id that cannot be sent make no header, and no loop', async () => {
    const server = await startEventServer(sendAll('id: a\u0001b\ndata: one\n\n'), send('data: two\n\n'))
    const connection = connect(server.url)
    const { heard } = record(connection)
    await heard('message two')
    expect((await server.exchange(2)).request.headers).not.toHaveProperty('last-event-id')
    expect(connection.lastEventId).toBe('a\u0001b')
  })

  test('but for the tab, which a header can carry', async () => {
    const server = await startEventServer(sendAll('id: a\tb\ndata: one\n\n'), send('data: two\n\n'))
    const { heard } = record(connect(server.url))
    await heard('message two')
    expect((await server.exchange(2)).request.headers['last-event-id']).toBe('a\tb')
  })

  test('in an id travel in the query all the same', async () => {
    const server = await startEventServer(sendAll('id: a\u0001é&b\ndata: one\n\n'), send('data: two\n\n'))
    const { heard } = record(connect(`${server.url}?room=1`, { resumeBy: 'query' }))
    await heard('message two')
    const { request } = await server.exchange(2)
    expect(request.headers).not.toHaveProperty('last-event-id')
    expect([...new URL(String(request.url), server.url).searchParams]).toEqual([
      ['lastEventId', 'a\u0001é&b'],
      ['room', '1'],
    ])
  })

  test('NUL in an id leaves the one before it', async () => {
    const server = await startEventServer(send('id: 1\nid: 2\0\ndata: one\n\n'))
    const connection = connect(server.url)
    await record(connection).heard('message one')
    expect(connection.lastEventId).toBe('1')
  })

  test('retry: 0 makes no hot loop, and a huge retry no overflow', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    let requests = 0
    let retry = '0'
    const connection = connect('http://localhost/', {
      fetch: async () => {
        requests++
        return new Response(`retry: ${retry}\ndata: one\n\n`, {
          headers: { 'content-type': 'text/event-stream' },
        })
      },
    })
    await vi.advanceTimersByTimeAsync(1000)
    expect(requests).toBe(5)
    retry = '99999999999999999999'
    await vi.advanceTimersByTimeAsync(250)
    requests = 0
    await vi.advanceTimersByTimeAsync(3_500_000)
    expect(requests).toBe(0)
    expect(connection.status).toBe('waiting')
    await vi.advanceTimersByTimeAsync(100_000)
    expect(requests).toBe(1)
  })
})

describe('a request that is not GET', () => {
  test('is never sent again by itself once its stream breaks off', async () => {
    const server = await startEventServer(cut('data: one\n\n'))
    const { log, reached } = record(connect(server.url, { method: 'POST', body: '{}' }))
    await reached('failed')
    expect(log.at(-1)).toBe('state failed network')
    expect(server.exchanges).toHaveLength(1)
    expect(server.exchanges[0]).toMatchObject({ body: '{}', request: { method: 'POST' } })
  })

  test('has failed where the stream ended before it was done', async () => {
    const server = await startEventServer(sendAll(millraceOpen(), 'data: one\n\n'))
    const { log, reached } = record(connect(server.url, { method: 'POST' }))
    await reached('failed')
    expect(log.at(-1)).toBe('state failed network')
  })

  test.each([
    { title: 'with events', text: 'data: one\n\n' },
    { title: 'with events of any name', text: 'event: open\ndata: one\n\n' },
  ])('is done where a plain server ends the body in good order, $title', async ({ text }) => {
    const server = await startEventServer(sendAll(text))
    const connection = connect(server.url, { method: 'POST' })
    const { reached } = record(connection)
    await reached('done')
    expect(connection.state).toEqual({ status: 'done' })
    expect(server.exchanges).toHaveLength(1)
  })

  test('has failed where the body is empty: a server that turns it away says nothing else', async () => {
    const server = await startEventServer(sendAll('retry: 5\n\n'))
    const { reached } = record(connect(server.url, { method: 'POST' }))
    await reached('failed')
    expect(server.exchanges).toHaveLength(1)
  })

  test('is not made repeatable by an id that millrace.open did not bring', async () => {
    const server = await startEventServer(
      sendAll('id: 7\n\nevent: millrace.open\ndata: {"resume":"fresh","delivery":"all"}\n\ndata: one\n\n'),
    )
    const { reached } = record(connect(server.url, { method: 'POST', reconnectionTimeMs: 0 }))
    await reached('failed')
    expect(server.exchanges).toHaveLength(1)
  })

  test('is not sent again for a status that passes', async () => {
    const server = await startEventServer(answer(503))
    const { log, reached } = record(connect(server.url, { method: 'POST' }))
    await reached('failed')
    expect(log.at(-1)).toBe('state failed bad-status 503')
  })

  test.each([
    { title: 'resume allows it', options: { resume: true }, text: 'id: 1\ndata: one\n\n' },
    { title: 'it has an idempotency key', options: { idempotencyKey: 'k1' }, text: 'id: 1\ndata: one\n\n' },
    { title: 'the open block had an id', options: {}, text: `${millraceOpen('1')}data: one\n\n` },
  ])('is sent again where $title', async ({ options, text }) => {
    const server = await startEventServer(cut(text), send('data: two\n\n'))
    const bodies: string[] = []
    const body: ConnectOptions['body'] = ({ attempt, reason, lastEventId }) => {
      bodies.push(`${attempt} ${reason} ${lastEventId}`)
      return bodies.length.toString()
    }
    const { heard } = record(connect(server.url, { method: 'POST', body, ...options }))
    await heard('message two')
    expect(bodies).toEqual(['1 start ', '2 retry 1'])
    const { request, body: sent } = await server.exchange(2)
    expect(sent).toBe('2')
    expect(request.headers['last-event-id']).toBe('1')
    expect(request.headers['idempotency-key']).toBe(options.idempotencyKey)
  })

  test('is sent again by reconnect() and resume(), which are orders', async () => {
    const server = await startEventServer(({ open }) => open())
    const connection = connect(server.url, { method: 'POST' })
    const { reached } = record(connection)
    await reached('open')
    connection.reconnect()
    await server.exchange(2)
    connection.pause()
    connection.resume()
    expect((await server.exchange(3)).request.method).toBe('POST')
  })
})

describe('a stream that ended', () => {
  test('can be asked for again from its beginning, since the id of its end is no position', async () => {
    const server = await startEventServer(
      sendAll(
        'event: millrace.open\ndata: {"resume":"fresh","delivery":"all"}\n\nevent: millrace.end\nid: millrace.end\ndata: {"reason":"failed"}\n\n',
      ),
    )
    const connection = connect(server.url)
    const { reached } = record(connection)
    await reached('failed')
    connection.reconnect()
    const { request } = await server.exchange(2)
    expect(request.headers['last-event-id']).toBe(undefined)
  })
})

test('can be paused by the function that is asked for its URL', async () => {
  const server = await startEventServer(({ open }) => open())
  let asked = 0
  const connection = connect(server.url, {
    url: () => {
      if (++asked > 1) return server.url
      connection.pause()
      return new Promise<string>(() => undefined)
    },
  })
  const { reached } = record(connection)
  await reached('paused')
  connection.resume()
  await reached('open')
  expect(asked).toBe(2)
})

describe('done', () => {
  test('is what millrace.end says; the rest is not read', async () => {
    const end = 'event: millrace.end\ndata: {"reason":"done"}\nid: millrace.end\n\n'
    const server = await startEventServer(send(`${millraceOpen()}data: one\n\n${end}data: more\n\n`))
    const connection = connect(server.url)
    const { log, reached } = record(connection)
    await reached('done')
    expect(log.slice(2)).toEqual(['message one', 'end done', 'state done', 'chunk end'])
    expect(connection.lastEventId).toBe('')
    await (
      await server.exchange(1)
    ).closed
  })

  test('is not what a source that failed says', async () => {
    const end = 'event: millrace.end\ndata: {"reason":"failed"}\nid: millrace.end\n\n'
    const server = await startEventServer(send(`${millraceOpen()}data: one\n\n${end}`))
    const { log, reached } = record(connect(server.url))
    await reached('failed')
    expect(log.slice(2)).toEqual(['message one', 'end failed', 'state failed source-failed', 'chunk end'])
  })

  test('is what isDone recognises, before the data is parsed', async () => {
    const server = await startEventServer(send('data: {"a":1}\n\ndata: [DONE]\n\ndata: {"a":2}\n\n'))
    const connection = kept(
      connectEventStream(server.url, { parse: JSON.parse, isDone: ({ data }) => data === '[DONE]' }),
    )
    const { log, reached } = record(connection)
    await reached('done')
    expect(log.slice(2)).toEqual(['message {"a":1}', 'state done', 'chunk end'])
  })

  test('can be followed by reconnect()', async () => {
    const server = await startEventServer(answer(204), send('data: one\n\n'))
    const connection = connect(server.url)
    const { reached, heard } = record(connection)
    await reached('done')
    connection.pause()
    connection.resume()
    expect(connection.status).toBe('done')
    connection.reconnect()
    await heard('message one')
  })
})

describe('a Millrace channel', () => {
  const prices = defineStream('prices', {
    events: { tick: z.object({ price: z.number().transform((price) => price * 2) }) },
  })

  test('tells typed events, gaps, snapshots and when it is live, and resumes by cursor', async () => {
    const server = await startEventServer(
      sendAll(
        millraceOpen('e.0.z'),
        'event: tick\ndata: {"price":1}\nid: e.1.a\n\n',
        'event: millrace.live\ndata: {}\nid: e.1.a\n\n',
        'event: tick\ndata: {"price":2}\nid: e.2.b.order-17\n\n',
      ),
      send(
        millraceOpen(undefined, 'gap'),
        'event: millrace.gap\ndata: {"reason":"trimmed","missed":3}\n\n',
        'event: millrace.snapshot\ndata: {"state":{"ACME":9}}\nid: e.9.k\n\n',
        'event: tick\ndata: {"price":3}\nid: e.9.k\n\n',
        'event: tick\ndata: {"price":4}\nid: e.10.l\n\n',
        'event: millrace.live\ndata: {}\nid: e.10.l\n\n',
      ),
    )
    const connection = kept(connectEventStream(prices, { url: server.url, reconnectionTimeMs: 0 }))
    const events: unknown[] = []
    connection.subscribe({ onEvent: (event) => events.push(event) })
    const { log, heard } = record(connection)
    await heard('tick {"price":8}')
    await vi.waitFor(() => expect(log.filter((line) => line === 'live')).toHaveLength(2))
    expect(log.filter((line) => !line.startsWith('state') && line !== 'chunk end')).toEqual([
      'tick {"price":2}',
      'live',
      'tick {"price":4}',
      'gap trimmed 3',
      'snapshot {"ACME":9}',
      'tick {"price":8}',
      'live',
    ])
    expect(events[0]).toStrictEqual({
      type: 'tick',
      data: { price: 2 },
      lastEventId: 'e.1.a',
      replayed: true,
    })
    expect(events[1]).toStrictEqual({
      type: 'tick',
      data: { price: 4 },
      lastEventId: 'e.2.b.order-17',
      id: 'order-17',
      replayed: false,
    })
    expect((await server.exchange(2)).request.headers['last-event-id']).toBe('e.2.b.order-17')
    expect(connection.lastEventId).toBe('e.10.l')
  })

  const bad = 'event: tick\ndata: {"price":"x"}\n\nevent: other\ndata: 1\n\nevent: tick\ndata: {\n\n'

  test('leaves refused data out, tells of it, and goes on', async () => {
    const server = await startEventServer(send(`${bad}event: tick\ndata: {"price":1}\n\n`))
    const { log, heard } = record(kept(connectEventStream(prices, { url: server.url })))
    await heard('chunk end')
    expect(log.slice(2)).toEqual([
      'invalid invalid-data',
      'invalid invalid-data',
      'invalid invalid-data',
      'tick {"price":2}',
      'chunk end',
    ])
  })

  test('fails on refused data where its contract says so', async () => {
    const strict = defineStream('strict', {
      events: { tick: z.object({ price: z.number() }) },
      invalidData: 'fail',
    })
    const server = await startEventServer(send(`event: tick\ndata: {"price":1}\n\n${bad}`))
    const { log, reached } = record(kept(connectEventStream(strict, { url: server.url })))
    await reached('failed')
    expect(log.slice(2)).toEqual(['tick {"price":1}', 'state failed invalid-data', 'chunk end'])
  })

  test('fails where a block of the server is not JSON', async () => {
    const server = await startEventServer(send('event: millrace.open\ndata: {"resume"\n\ndata: 1\n\n'))
    const { log, reached } = record(kept(connectEventStream(prices, { url: server.url })))
    await reached('failed')
    expect(log.slice(2)).toEqual(['state failed invalid-data', 'chunk end'])
  })

  test('raises a gap where its id could not be sent and the answer is fresh', async () => {
    const server = await startEventServer(send(millraceOpen('e.0.z')))
    const options = { url: server.url, lastEventId: 'a\u0001b' }
    const { log, heard } = record(kept(connectEventStream(prices, options)))
    await heard('chunk end')
    expect(log).toContain('gap unknown null')
  })
})

test('leaves out an event that parse throws for, and tells of it', async () => {
  const server = await startEventServer(send('data: {\n\ndata: {"a":1}\n\n'))
  const { log, heard } = record(kept(connectEventStream(server.url, { parse: JSON.parse })))
  await heard('chunk end')
  expect(log.slice(2)).toEqual(['invalid invalid-data', 'message {"a":1}', 'chunk end'])
})

describe('status 401', () => {
  const tokens = (server: EventServer): unknown[] =>
    server.exchanges.map(({ request }) => request.headers.authorization)

  test('asks for new credentials once, and then for the stream again', async () => {
    const server = await startEventServer(answer(401), send('data: one\n\n'))
    let token = 'old'
    const reasons: string[] = []
    const { log, heard } = record(
      connect(server.url, {
        headers: ({ reason }) => {
          reasons.push(reason)
          return { authorization: token }
        },
        onUnauthorized: async () => {
          token = 'new'
        },
      }),
    )
    await heard('message one')
    expect(log.slice(0, 3)).toEqual([
      'state connecting 1 start',
      'state connecting 1 unauthorized',
      'state open',
    ])
    expect(reasons).toEqual(['start', 'unauthorized'])
    expect(tokens(server)).toEqual(['old', 'new'])
  })

  test('is final the second time in a row of attempts, whatever came between', async () => {
    const server = await startEventServer(answer(401), answer(503), answer(401))
    const onUnauthorized = vi.fn<() => void>()
    const { log, reached } = record(connect(server.url, { onUnauthorized }))
    await reached('failed')
    expect(log.at(-1)).toBe('state failed bad-status 401')
    expect(onUnauthorized).toHaveBeenCalledTimes(1)
    expect(server.exchanges).toHaveLength(3)
  })

  test('asks again once a stream was open between, or somebody ordered to reconnect', async () => {
    const server = await startEventServer(
      answer(401),
      sendAll('data: one\n\n'),
      answer(401),
      answer(401),
      answer(401),
      send('data: two\n\n'),
    )
    const onUnauthorized = vi.fn<() => void>()
    const connection = connect(server.url, { onUnauthorized })
    const { reached, heard } = record(connection)
    await reached('failed')
    expect(onUnauthorized).toHaveBeenCalledTimes(2)
    connection.reconnect()
    await heard('message two')
    expect(onUnauthorized).toHaveBeenCalledTimes(3)
  })

  test('is final where credentials cannot be had', async () => {
    const server = await startEventServer(answer(401))
    const { log, reached } = record(
      connect(server.url, { onUnauthorized: () => Promise.reject(new Error('signed out')) }),
    )
    await reached('failed')
    expect(log).toContain('state waiting 2 network')
    expect(log.at(-1)).toBe('state failed bad-status 401')
    expect(server.exchanges).toHaveLength(2)
  })

  test('is final for a request that must not be sent again', async () => {
    const server = await startEventServer(answer(401))
    const onUnauthorized = vi.fn<() => void>()
    const { reached } = record(connect(server.url, { method: 'POST', onUnauthorized }))
    await reached('failed')
    expect(onUnauthorized).not.toHaveBeenCalled()
    expect(server.exchanges).toHaveLength(1)
  })
})

test('hands the options of fetch on, and none of them can take the place of its own', async () => {
  const inits: RequestInit[] = []
  const { reached } = record(
    connect('http://localhost/', {
      credentials: 'include',
      mode: 'cors',
      signal: new AbortController().signal,
      fetch: async (_url, init) => {
        inits.push(init)
        return new Response(null, { status: 204 })
      },
    }),
  )
  await reached('done')
  expect(inits[0]).toMatchObject({ credentials: 'include', mode: 'cors', cache: 'no-store' })
  expect(inits[0]?.signal?.aborted).toBe(true)
})

test('puts the position into the query in front of what is there, and before a fragment', async () => {
  const urls: string[] = []
  const options: ConnectOptions = {
    resumeBy: 'query',
    lastEventId: '$1 &',
    fetch: async (url) => {
      urls.push(url)
      return new Response(null, { status: 204 })
    },
  }
  const sent = ['/a', '/a?', '/a?lastEventId=0&b=1', '/a#b?c', '/a?b#c']
  for (const url of sent) await record(connect(url, options)).reached('done')
  expect(urls).toEqual([
    '/a?lastEventId=%241+%26&',
    '/a?lastEventId=%241+%26&',
    '/a?lastEventId=%241+%26&lastEventId=0&b=1',
    '/a?lastEventId=%241+%26&#b?c',
    '/a?lastEventId=%241+%26&b#c',
  ])
})

describe('a listener', () => {
  test('holds up reading until it has room', async () => {
    const server = await startEventServer(({ open }) => open())
    const connection = connect(server.url)
    let makeRoom = (): void => undefined
    let isFull = false
    connection.subscribe({
      onEvent: () => {
        isFull = true
      },
      room: () =>
        isFull
          ? new Promise((resolve) => {
              makeRoom = resolve
            })
          : undefined,
    })
    const { log, heard, reached } = record(connection)
    await reached('open')
    const { response } = await server.exchange(1)
    response.write('data: one\n\n')
    await heard('chunk end')
    response.write('data: two\n\n')
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(log).not.toContain('message two')
    isFull = false
    makeRoom()
    await heard('message two')
  })
})

describe('a tap', () => {
  const TAP = Symbol.for('millrace.tap')
  const tapped = globalThis as { [TAP]?: Tap }
  const put = (tap: Tap): void => {
    tapped[TAP] = tap
    onTestFinished(() => {
      delete tapped[TAP]
    })
  }

  test('hears what comes over the wire and where each connection stands, from when it is put there', async () => {
    const server = await startEventServer(({ open }) => open())
    const connection = connect(server.url)
    const { heard, reached } = record(connection)
    await reached('open')
    const news: unknown[] = []
    put((name, value, from) => {
      if (from === connection && name !== 'room') news.push([name, value])
    })
    ;(await server.exchange(1)).response.write(': beat\n\ndata: one\n\n')
    await heard('chunk end')
    connection.close()
    expect(news).toEqual([
      ['onEvent', { type: 'message', data: 'one', lastEventId: '', replayed: false }],
      ['onChunkEnd', ': beat\n\ndata: one\n\n'],
      ['onStateChange', { status: 'closed' }],
    ])
  })

  test('is no listener: it keeps no connection open, and what it throws harms nobody', async () => {
    const previous = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    let thrown = 0
    process.on('uncaughtException', () => thrown++)
    onTestFinished(() => {
      process.removeAllListeners('uncaughtException')
      for (const listener of previous) process.on('uncaughtException', listener)
    })
    put(() => {
      throw new Error('a bug in the inspector')
    })
    const server = await startEventServer(send('data: one\n\n'))
    const connection = connect(server.url)
    for await (const { type } of connection) {
      expect(type).toBe('message')
      break
    }
    expect(connection.status).toBe('closed')
    await vi.waitFor(() => expect(thrown).toBeGreaterThan(0))
  })
})

describe('options that are functions', () => {
  test('are asked for each attempt', async () => {
    const server = await startEventServer(sendAll('data: one\n\n'), answer(500), send('data: two\n\n'))
    let asked = 0
    const connection = connect('http://localhost:1/', {
      url: ({ attempt, reason }) => `${server.url}?${attempt}-${reason}`,
      headers: async () => ({ authorization: `token ${++asked}` }),
    })
    await record(connection).heard('message two')
    expect(server.exchanges.map(({ request }) => `${request.url} ${request.headers.authorization}`)).toEqual([
      '/events?1-start token 1',
      '/events?1-retry token 2',
      '/events?2-retry token 3',
    ])
  })

  test('that throw are tried again', async () => {
    const server = await startEventServer(send('data: one\n\n'))
    let asked = 0
    const { log, heard } = record(
      connect(server.url, {
        headers: () => {
          if (asked++ === 0) throw new Error('no token yet')
          return {}
        },
      }),
    )
    await heard('message one')
    expect(log[1]).toBe('state waiting 2 network')
  })
})

describe('options that are wrong throw at the door', () => {
  test.each<{ title: string; url?: string; options?: ConnectOptions; error: typeof Error }>([
    { title: 'an invalid URL', url: 'http://', error: TypeError },
    { title: 'a relative URL where there is nothing it could refer to', url: '/events', error: TypeError },
    { title: 'a URL with a password', url: 'http://a:b@localhost/', error: TypeError },
    { title: 'no URL', url: '', error: TypeError },
    { title: 'an impossible header', options: { headers: { 'a b': 'c' } }, error: TypeError },
    { title: 'a GET with a body', options: { body: 'x' }, error: TypeError },
    { title: 'a negative reconnection time', options: { reconnectionTimeMs: -1 }, error: RangeError },
    { title: 'no reconnection time', options: { reconnectionTimeMs: NaN }, error: RangeError },
    { title: 'a heartbeat of no length', options: { heartbeatMs: 0 }, error: RangeError },
    { title: 'a limit of zero', options: { limits: { maxLineLength: 0 } }, error: RangeError },
  ])('$title', ({ url = 'http://localhost/', options, error }) => {
    expect(() => connectEventStream(url, options)).toThrow(error)
  })

  test('a channel without a URL', () => {
    // @ts-expect-error the option url is missing
    expect(() => connectEventStream(defineStream('prices'), {})).toThrow(TypeError)
  })
})
