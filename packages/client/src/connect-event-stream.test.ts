import { describe, expect, test } from 'vitest'
import { answer, cut, millraceOpen, send, sendAll } from '../test/answers.ts'
import { closedWithTest, connect } from '../test/connect.ts'
import { startEventServer } from '../test/event-server.ts'
import { withoutRandomWaits } from '../test/random-waits.ts'
import { record } from '../test/record.ts'
import { connectEventStream } from './index.ts'

withoutRandomWaits()

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
    const connection = closedWithTest(
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

  test('or failed, a stream can be asked for again from its beginning, since the id of its end is no position', async () => {
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

test('a listener holds up reading until it has room', async () => {
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
