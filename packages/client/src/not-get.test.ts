import { describe, expect, test } from 'vitest'
import { answer, cut, millraceOpen, send, sendAll } from '../test/answers.ts'
import { connect } from '../test/connect.ts'
import { startEventServer } from '../test/event-server.ts'
import { withoutRandomWaits } from '../test/random-waits.ts'
import { record } from '../test/record.ts'
import type { ConnectOptions } from './index.ts'

withoutRandomWaits()

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
