import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { holdStreams } from '../test/held-streams.ts'
import type { HeldStreams } from '../test/held-streams.ts'
import { record } from '../test/record.ts'
import type { Recording } from '../test/record.ts'
import { connectEventStream } from './index.ts'
import type { ConnectOptions, EventStreamConnection, PlainEvent } from './index.ts'

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const open = (heartbeatMs: unknown = 10_000): string =>
  `event: millrace.open\ndata: {"resume":"fresh","delivery":"all","heartbeatMs":${JSON.stringify(heartbeatMs)}}\n\n`

interface Watched extends HeldStreams, Recording {
  readonly connection: EventStreamConnection<PlainEvent>
}

async function connect(options: ConnectOptions = {}): Promise<Watched> {
  const held = holdStreams()
  const connection = connectEventStream('http://localhost/', {
    fetch: held.fetch,
    reconnectionTimeMs: 250,
    ...options,
  })
  onTestFinished(() => connection.close())
  const recording = record(connection)
  await vi.advanceTimersByTimeAsync(0)
  return { ...held, ...recording, connection }
}

/** Lets the latest stream open, and then nothing come for so long. */
async function stall({ latest }: Watched, silenceMs = 27_500, opening = open()): Promise<void> {
  latest().write(opening)
  await vi.advanceTimersByTimeAsync(silenceMs)
}

describe('a stream that is silent', () => {
  test('for 2.5 times the heartbeat that its server promised is dead, and asked for again', async () => {
    const watched = await connect()
    watched.latest().write(open())
    await vi.advanceTimersByTimeAsync(25_000)
    expect(watched.log.at(-1)).toBe('chunk end')
    await vi.advanceTimersByTimeAsync(1000)
    expect(watched.log.at(-1)).toBe('state waiting 2 network')
    expect(watched.streams[0]?.isRead()).toBe(false)
    await vi.advanceTimersByTimeAsync(250)
    expect(watched.log.at(-1)).toBe('state open')
    expect(watched.streams).toHaveLength(2)
  })

  test('but for comments lives', async () => {
    const watched = await connect()
    watched.latest().write(open())
    for (let count = 0; count < 20; count++) {
      await vi.advanceTimersByTimeAsync(24_000)
      watched.latest().write(':\n')
    }
    expect(watched.streams).toHaveLength(1)
    expect(watched.connection.status).toBe('open')
  })

  test.each([
    { title: 'where nobody said how often to expect something', text: 'data: one\n\n' },
    { title: 'where the server says nonsense', text: open({ often: true }) },
    { title: 'where its application bears any silence', text: open(), heartbeatMs: Infinity },
  ])('lives $title', async ({ text, heartbeatMs }) => {
    const watched = await connect({ heartbeatMs })
    await stall(watched, 10 * 3_600_000, text)
    expect(watched.streams).toHaveLength(1)
  })

  test('is dead by the interval that the application set, whatever the server says', async () => {
    const watched = await connect({ heartbeatMs: 2000 })
    await stall(watched, 7300, 'data: one\n\n')
    expect(watched.streams).toHaveLength(2)
    await stall(watched, 7300)
    expect(watched.streams).toHaveLength(3)
  })

  test.each([0, -1, null, 1e-9])(
    'makes no hot loop where its server promises a heartbeat of %j ms',
    async (heartbeatMs) => {
      const watched = await connect()
      for (let count = 0; count < 30; count++) await stall(watched, 2000, open(heartbeatMs))
      expect(watched.streams.length).toBeLessThanOrEqual(3)
      expect(watched.connection.status).toBe('open')
    },
  )
})

describe('stalls in a row', () => {
  test('mean nothing after the second: somebody on the way keeps heartbeats back', async () => {
    const watched = await connect()
    await stall(watched)
    await stall(watched)
    expect(watched.streams).toHaveLength(3)
    await stall(watched, 3_600_000)
    expect(watched.streams).toHaveLength(3)
    expect(watched.connection.status).toBe('open')
  })

  test('are forgotten when a heartbeat comes through, so that a dead connection is found at any time', async () => {
    const watched = await connect()
    for (let count = 0; count < 6; count++) {
      watched.latest().write(open())
      await vi.advanceTimersByTimeAsync(10_000)
      await stall(watched, 27_500, ':\n\n')
    }
    expect(watched.streams).toHaveLength(7)
  })
})

describe('sleep', () => {
  /** Lets the clock go on while nothing runs. */
  const sleep = async (durationMs: number): Promise<void> => {
    vi.setSystemTime(Date.now() + durationMs)
    await vi.advanceTimersByTimeAsync(1000)
  }

  test('counts as a stall, also where any other silence is fine', async () => {
    const watched = await connect()
    await stall(watched, 1000, 'data: one\n\n')
    for (let count = 1; count < 6; count++) {
      await sleep(8 * 3_600_000)
      expect(watched.log.at(-1)).toMatch(/^state waiting \d network$/)
      await vi.advanceTimersByTimeAsync(250)
      expect(watched.streams).toHaveLength(count + 1)
    }
  })

  test('is not what timers of a page in the background do, which are late by a minute', async () => {
    const watched = await connect()
    await stall(watched, 1000, 'data: one\n\n')
    await sleep(61_000)
    expect(watched.streams).toHaveLength(1)
    expect(watched.connection.status).toBe('open')
  })
})

test('a page that was busy or frozen reads what came meanwhile, before it takes the stream for dead', async () => {
  const watched = await connect({ method: 'POST' })
  await stall(watched, 1000)
  watched.latest().write(':\n')
  vi.setSystemTime(Date.now() + 40_000)
  // The watchdog has its turn first.
  vi.advanceTimersByTime(1000)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(watched.connection.status).toBe('open')
  await vi.advanceTimersByTimeAsync(7000)
  expect(watched.connection.status).toBe('failed')
})

test('a loop that does not keep up is not taken for a silent server', async () => {
  const watched = await connect()
  const iterator = watched.connection[Symbol.asyncIterator]()
  watched.latest().write(`${open()}${'data: x\n\n'.repeat(2000)}`)
  await vi.advanceTimersByTimeAsync(3_600_000)
  expect(watched.connection.status).toBe('open')
  for (let taken = 0; taken < 1500; taken++) await iterator.next()
  await vi.advanceTimersByTimeAsync(27_500)
  expect(watched.log).toContain('state waiting 2 network')
})

test('leaves no timer behind', async () => {
  const watched = await connect()
  await stall(watched, 1000)
  watched.connection.close()
  expect(vi.getTimerCount()).toBe(0)
})
