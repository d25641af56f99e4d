import { defineStream } from '@millrace/core'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { millraceOpen, send, sendAll } from '../test/answers.ts'
import { closedWithTest } from '../test/connect.ts'
import { startEventServer } from '../test/event-server.ts'
import { withoutRandomWaits } from '../test/random-waits.ts'
import { record } from '../test/record.ts'
import { connectEventStream } from './index.ts'

withoutRandomWaits()

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
    const connection = closedWithTest(connectEventStream(prices, { url: server.url, reconnectionTimeMs: 0 }))
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
    const { log, heard } = record(closedWithTest(connectEventStream(prices, { url: server.url })))
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
    const { log, reached } = record(closedWithTest(connectEventStream(strict, { url: server.url })))
    await reached('failed')
    expect(log.slice(2)).toEqual(['tick {"price":1}', 'state failed invalid-data', 'chunk end'])
  })

  test('fails where a block of the server is not JSON', async () => {
    const server = await startEventServer(send('event: millrace.open\ndata: {"resume"\n\ndata: 1\n\n'))
    const { log, reached } = record(closedWithTest(connectEventStream(prices, { url: server.url })))
    await reached('failed')
    expect(log.slice(2)).toEqual(['state failed invalid-data', 'chunk end'])
  })

  test('raises a gap where its id could not be sent and the answer is fresh', async () => {
    const server = await startEventServer(send(millraceOpen('e.0.z')))
    const options = { url: server.url, lastEventId: 'a\u0001b' }
    const { log, heard } = record(closedWithTest(connectEventStream(prices, options)))
    await heard('chunk end')
    expect(log).toContain('gap unknown null')
  })
})

test('leaves out an event that parse throws for, and tells of it', async () => {
  const server = await startEventServer(send('data: {\n\ndata: {"a":1}\n\n'))
  const { log, heard } = record(closedWithTest(connectEventStream(server.url, { parse: JSON.parse })))
  await heard('chunk end')
  expect(log.slice(2)).toEqual(['invalid invalid-data', 'message {"a":1}', 'chunk end'])
})
