import { defineStream } from '@millrace/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { send } from '../test/answers.ts'
import { closedWithTest, connect } from '../test/connect.ts'
import { startEventServer } from '../test/event-server.ts'
import { record } from '../test/record.ts'
import { uncaughtErrors } from '../test/uncaught-errors.ts'
import { connectEventStream } from './index.ts'
import type { ConnectionListener, EventStreamConnection, PlainEvent, Tap } from './index.ts'
import { createFakeSource } from './testing.ts'
import type { FakeSource } from './testing.ts'

const TAP = Symbol.for('millrace.tap')
const tapped = globalThis as { [TAP]?: Tap | undefined }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  delete tapped[TAP]
})

type Source = FakeSource<{ type: 'tick'; data: number }>

function createSource(): Source {
  return createFakeSource(defineStream<{ tick: number }>('prices'))
}

async function connectTo(source: Source): Promise<EventStreamConnection<PlainEvent>> {
  const connection = closedWithTest(connectEventStream('http://localhost/', { fetch: source.fetch }))
  await source.settled()
  return connection
}

const shown: Partial<Record<keyof ConnectionListener<unknown>, (value: unknown) => string>> = {
  onStateChange: (value) => (value as { status: string }).status,
  onChunkEnd: (value) => (value as string).replace(/\n\n.*/s, '').replaceAll('\n', ' | '),
  onEvent: (value) => (value as PlainEvent).data,
}

/** One line for each thing that an inspector would show. */
function tap(lines: string[]): Tap {
  return (name, value) => {
    const show = shown[name]
    if (show) lines.push(`${name} ${show(value)}`)
  }
}

test('a tap hears all frames, events and states of a connection, in their order', async () => {
  const lines: string[] = []
  tapped[TAP] = tap(lines)
  const source = createSource()
  const connection = await connectTo(source)
  source.emit({ type: 'tick', data: 1 })
  await source.settled()
  source.heartbeat()
  await source.settled()
  connection.close()
  expect(lines).toEqual([
    'onStateChange idle',
    'onStateChange connecting',
    'onStateChange open',
    'onChunkEnd event: millrace.open | id: prices.0.t0 | data: {"resume":"fresh","delivery":"all","heartbeatMs":15000}',
    'onEvent 1',
    'onChunkEnd event: tick | id: prices.1.t1 | data: 1',
    'onChunkEnd : ',
    'onStateChange closed',
  ])
})

test('a tap tells connections apart, and hears those that began before it from then on', async () => {
  const [one, two] = [createSource(), createSource()]
  const connections = [await connectTo(one), await connectTo(two)]
  const heard: [number, unknown][] = []
  tapped[TAP] = (name, value, connection) => {
    if (name === 'onEvent') heard.push([connections.indexOf(connection as never), (value as PlainEvent).data])
  }
  one.emit({ type: 'tick', data: 1 })
  await one.settled()
  two.emit({ type: 'tick', data: 2 })
  await two.settled()
  delete tapped[TAP]
  one.emit({ type: 'tick', data: 3 })
  await one.settled()
  expect(heard).toEqual([
    [0, '1'],
    [1, '2'],
  ])
})

test('without a tap there is one look at a global for each thing told, and nothing else', async () => {
  let looks = 0
  let calls = 0
  let current: Tap | undefined
  Object.defineProperty(globalThis, TAP, {
    configurable: true,
    get: () => {
      looks++
      return current
    },
  })
  const run = async (line: string): Promise<void> => {
    const source = createSource()
    const connection = await connectTo(source)
    for (let n = 0; n < 10; n++) source.emit({ type: 'tick', data: n })
    source.write(line)
    await source.settled()
    connection.close()
  }
  await run(':\n')
  const looksWithout = looks
  await run(`:${'x'.repeat(100_000)}\n`.repeat(10))
  expect(looks).toBe(2 * looksWithout)
  current = () => void calls++
  await run(':\n')
  expect(calls).toBe(looksWithout)
})

describe('over a real server, a tap', () => {
  beforeEach(() => {
    vi.useRealTimers()
  })

  test('hears what comes over the wire and where each connection stands, from when it is put there', async () => {
    const server = await startEventServer(({ open }) => open())
    const connection = connect(server.url)
    const { heard, reached } = record(connection)
    await reached('open')
    const news: unknown[] = []
    tapped[TAP] = (name, value, from) => {
      if (from === connection && name !== 'room') news.push([name, value])
    }
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
    const thrown = uncaughtErrors()
    tapped[TAP] = () => {
      throw new Error('a bug in the inspector')
    }
    const server = await startEventServer(send('data: one\n\n'))
    const connection = connect(server.url)
    for await (const { type } of connection) {
      expect(type).toBe('message')
      break
    }
    expect(connection.status).toBe('closed')
    await vi.waitFor(() => expect(thrown.length).toBeGreaterThan(0))
  })
})
