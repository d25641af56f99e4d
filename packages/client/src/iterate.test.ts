import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { send } from '../test/answers.ts'
import { closedWithTest } from '../test/connect.ts'
import { startEventServer } from '../test/event-server.ts'
import { record } from '../test/record.ts'
import { connectEventStream } from './index.ts'
import type { ConnectOptions, EventStreamConnection, PlainEvent } from './index.ts'
import { MAX_QUEUED_ITEMS } from './policy.ts'

function connect(url: string, options?: ConnectOptions): EventStreamConnection<PlainEvent> {
  return closedWithTest(connectEventStream(url, options))
}

const open = 'event: millrace.open\ndata: {"resume":"fresh","delivery":"all","heartbeatMs":15000}\n\n'
const end = (reason: string): string =>
  `event: millrace.end\ndata: {"reason":"${reason}"}\nid: millrace.end\n\n`

describe('a loop over a connection', () => {
  test('yields events and what the server says between them, and ends when the stream is done', async () => {
    const gap = 'event: millrace.gap\ndata: {"reason":"overflow","missed":2}\n\n'
    const server = await startEventServer(send(`${open}data: 1\n\n${gap}data: 2\n\n${end('done')}`))
    const connection = connect(server.url)
    const seen: unknown[] = []
    for await (const item of connection)
      seen.push('data' in item ? `${item.type} ${JSON.stringify(item.data)}` : 0)
    expect(seen).toEqual([
      'message "1"',
      'millrace.gap {"reason":"overflow","missed":2}',
      'message "2"',
      'millrace.end {"reason":"done"}',
    ])
    expect(connection.status).toBe('done')
  })

  test('throws the error of a stream that failed, after what came before', async () => {
    const server = await startEventServer(send(`${open}data: 1\n\n${end('failed')}`))
    const seen: string[] = []
    const loop = async (): Promise<void> => {
      for await (const { type } of connect(server.url)) seen.push(type)
    }
    await expect(loop()).rejects.toMatchObject({ name: 'EventStreamError', code: 'source-failed' })
    expect(seen).toEqual(['message', 'millrace.end'])
  })

  test('closes the connection when it is left, unless somebody else listens', async () => {
    const server = await startEventServer(send('data: 1\n\n'))
    const alone = connect(server.url)
    for await (const { type } of alone) {
      expect(type).toBe('message')
      break
    }
    expect(alone.status).toBe('closed')
    await (
      await server.exchange(1)
    ).closed

    const shared = connect(server.url)
    const unsubscribe = shared.subscribe({})
    for await (const { type } of shared) {
      expect(type).toBe('message')
      break
    }
    expect(shared.status).toBe('open')
    unsubscribe()
  })

  test('ends at once when the connection is closed, and what waits is dropped', async () => {
    const server = await startEventServer(send('data: 1\n\ndata: 2\n\ndata: 3\n\n'))
    const connection = connect(server.url)
    const seen: string[] = []
    for await (const item of connection) {
      if ('replayed' in item) seen.push(item.data)
      connection.close()
    }
    expect(seen).toEqual(['1'])
  })

  test('goes on over pauses and reconnects', async () => {
    const server = await startEventServer(
      send('id: 1\ndata: 1\n\n'),
      send('data: 2\n\n'),
      send('data: 3\n\n'),
    )
    const connection = connect(server.url)
    const seen: string[] = []
    for await (const item of connection) {
      if ('replayed' in item) seen.push(item.data)
      if (seen.length === 1) {
        connection.pause()
        setTimeout(() => connection.resume(), 5)
      } else if (seen.length === 2) connection.reconnect()
      else break
    }
    expect(seen).toEqual(['1', '2', '3'])
  })

  test('over a connection that is over ends or throws at once', async () => {
    const server = await startEventServer(({ response }) => void response.writeHead(404).end())
    const connection = connect(server.url)
    await record(connection).reached('failed')
    await expect(connection[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'bad-status' })
    connection.close()
    expect(await connection[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined })
  })
})

describe('an iterator', () => {
  test('answers calls of next() in order, and return() at once', async () => {
    const server = await startEventServer(({ open }) => open())
    const connection = connect(server.url)
    const iterator = connection[Symbol.asyncIterator]()
    const calls = Promise.all([iterator.next(), iterator.next(), iterator.next()])
    await record(connection).reached('open')
    ;(await server.exchange(1)).response.write('data: 1\n\ndata: 2\n\n')
    await vi.waitFor(() => expect(connection.status).toBe('open'))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined })
    const results = await calls
    expect(results.map(({ value }) => (value && 'replayed' in value ? value.data : value))).toEqual([
      '1',
      '2',
      undefined,
    ])
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  test('that was made and never asked still counts as a listener, until it returns', async () => {
    const server = await startEventServer(({ open }) => open())
    const connection = connect(server.url)
    const idle = connection[Symbol.asyncIterator]()
    await connection[Symbol.asyncIterator]().return?.()
    expect(connection.status).not.toBe('closed')
    await idle.return?.()
    expect(connection.status).toBe('closed')
  })
})

describe('a loop that does not keep up', () => {
  // Each chunk has 100 events, so that the bound is passed by less than that.
  const chunk = new TextEncoder().encode('data: x\n\n'.repeat(100))

  function endlessStream(): { response: Response; pulled: () => number } {
    let pulled = 0
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled++
          controller.enqueue(chunk)
        },
      },
      { highWaterMark: 0 },
    )
    return {
      response: new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
      pulled: () => pulled,
    }
  }

  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

  test('stops reading, and lets it go on when it catches up', async () => {
    const { response, pulled } = endlessStream()
    const connection = connect('http://localhost/', { fetch: async () => response })
    const iterator = connection[Symbol.asyncIterator]()
    await iterator.next()
    await settle()
    const before = pulled()
    expect(before * 100).toBeLessThanOrEqual(MAX_QUEUED_ITEMS + 100)
    for (let taken = 0; taken < 150; taken++) await iterator.next()
    await settle()
    expect(pulled()).toBeGreaterThan(before)
    expect(pulled()).toBeLessThanOrEqual(before + 2)
  })

  test.each(['close', 'pause', 'reconnect'] as const)('does not hold up %s()', async (command) => {
    const { response } = endlessStream()
    let requests = 0
    const connection = connect('http://localhost/', {
      fetch: async () => (requests++ === 0 ? response : new Response(null, { status: 204 })),
    })
    const iterator = connection[Symbol.asyncIterator]()
    await iterator.next()
    await settle()
    const cancelled = vi.spyOn(ReadableStreamDefaultReader.prototype, 'cancel')
    onTestFinished(() => cancelled.mockRestore())
    connection[command]()
    await settle()
    expect(cancelled).toHaveBeenCalled()
    expect(connection.status).toBe({ close: 'closed', pause: 'paused', reconnect: 'done' }[command])
  })

  test('holds up nobody any more once it has left', async () => {
    const { response, pulled } = endlessStream()
    const connection = connect('http://localhost/', { fetch: async () => response })
    let isWatching = true
    connection.subscribe({ onEvent: () => isWatching && pulled() > 50 && connection.close() })
    const iterator = connection[Symbol.asyncIterator]()
    await iterator.next()
    await settle()
    expect(pulled()).toBeLessThan(20)
    await iterator.return?.()
    await vi.waitFor(() => expect(connection.status).toBe('closed'))
    isWatching = false
    expect(pulled()).toBe(51)
  })
})
