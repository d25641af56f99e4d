import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { send, sendAll } from '../test/answers.ts'
import { connect } from '../test/connect.ts'
import { startEventServer } from '../test/event-server.ts'
import { withoutRandomWaits } from '../test/random-waits.ts'
import { record } from '../test/record.ts'

withoutRandomWaits()

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
