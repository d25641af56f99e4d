import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { holdStreams } from '../test/held-streams.ts'
import type { HeldStreams } from '../test/held-streams.ts'
import { record } from '../test/record.ts'
import type { Recording } from '../test/record.ts'
import { connectEventStream } from './index.ts'
import type { ConnectOptions, EventStreamConnection, PlainEvent } from './index.ts'

const page = new EventTarget()
const document = { hidden: false }
const heard = new Set<string>()

beforeEach(() => {
  vi.useFakeTimers()
  document.hidden = false
  vi.stubGlobal('document', document)
  vi.stubGlobal('addEventListener', (type: string, listener: EventListener) => {
    heard.add(type)
    page.addEventListener(type, listener)
  })
  vi.stubGlobal('removeEventListener', (type: string, listener: EventListener) => {
    heard.delete(type)
    page.removeEventListener(type, listener)
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

/** What happens to the page, and how much time it takes a connection to notice. */
async function happens(...types: readonly string[]): Promise<void> {
  for (const type of types) page.dispatchEvent(new Event(type))
  await vi.advanceTimersByTimeAsync(0)
}

/** A tab comes to the front or leaves it. */
async function becomes(visibility: 'hidden' | 'visible'): Promise<void> {
  document.hidden = visibility === 'hidden'
  await happens('visibilitychange')
}

interface Shown extends HeldStreams, Recording {
  readonly connection: EventStreamConnection<PlainEvent>
}

async function connect(options: ConnectOptions = {}, ...statuses: readonly number[]): Promise<Shown> {
  const held = holdStreams(...statuses)
  const connection = connectEventStream('http://localhost/', { fetch: held.fetch, ...options })
  onTestFinished(() => connection.close())
  const recording = record(connection)
  await vi.advanceTimersByTimeAsync(0)
  return { ...held, ...recording, connection }
}

describe('online', () => {
  test('ends the wait for another attempt, which counts on', async () => {
    const { connection, streams, log } = await connect({ reconnectionTimeMs: 60_000 }, 503)
    expect(connection.status).toBe('waiting')
    await happens('online')
    expect(log.slice(1)).toEqual(['state waiting 2 bad-status', 'state connecting 2 retry', 'state open'])
    expect(streams).toHaveLength(2)
    expect(vi.getTimerCount()).toBe(1)
  })

  test('does nothing else', async () => {
    const { connection, streams } = await connect()
    await happens('offline', 'online')
    connection.pause()
    await happens('online')
    expect(connection.status).toBe('paused')
    expect(streams).toHaveLength(1)
  })
})

describe('a page that is left', () => {
  test('lets go of its connection, and goes on behind the last event when it is shown again', async () => {
    const { connection, streams, latest, log } = await connect()
    latest().write('id: 7\ndata: one\n\n')
    await vi.advanceTimersByTimeAsync(0)
    await happens('pagehide')
    await becomes('hidden')
    expect(connection.state).toEqual({ status: 'paused', reason: 'hide' })
    expect(streams[0]?.isRead()).toBe(false)
    await vi.advanceTimersByTimeAsync(3_600_000)
    document.hidden = false
    await happens('pageshow', 'visibilitychange')
    expect(log.slice(-3)).toEqual(['state paused hide', 'state connecting 1 show', 'state open'])
    expect(latest().headers.get('last-event-id')).toBe('7')
    expect(streams).toHaveLength(2)
  })

  test('stays paused where its application had paused it, or paused it meanwhile', async () => {
    const before = await connect()
    before.connection.pause()
    const meanwhile = await connect()
    await happens('pagehide')
    meanwhile.connection.pause()
    await happens('pageshow')
    expect(before.connection.state).toEqual({ status: 'paused', reason: 'pause' })
    expect(meanwhile.connection.state).toEqual({ status: 'paused', reason: 'pause' })
    meanwhile.connection.resume()
    expect(meanwhile.connection.status).toBe('connecting')
  })

  test('keeps a request that must not be sent again, since nobody could ask for the rest', async () => {
    const { connection, streams, latest, log, reached } = await connect({
      method: 'POST',
      whenHidden: 'pause',
    })
    await happens('pagehide')
    await becomes('hidden')
    await happens('pageshow')
    await becomes('visible')
    expect(connection.status).toBe('open')
    latest().write('data: answer\n\n')
    latest().end()
    await reached('done')
    expect(log).toContain('message answer')
    expect(streams).toHaveLength(1)
  })

  test('while new credentials were under way asks for them again', async () => {
    const onUnauthorized = vi.fn<() => Promise<void>>(async () => undefined)
    onUnauthorized.mockReturnValueOnce(new Promise(() => undefined))
    const { connection, streams } = await connect({ onUnauthorized }, 401, 401)
    await happens('pagehide')
    await happens('pageshow')
    expect(connection.status).toBe('open')
    expect(onUnauthorized).toHaveBeenCalledTimes(2)
    expect(streams).toHaveLength(3)
  })

  test('has nothing to go on with once the stream is done', async () => {
    const { connection, streams } = await connect({}, 204)
    await happens('pagehide', 'pageshow')
    expect(connection.status).toBe('done')
    expect(streams).toHaveLength(1)
  })
})

describe('a tab in the background', () => {
  test('that comes to the front is asked for new credentials once in a row of attempts, like any other', async () => {
    const onUnauthorized = vi.fn<() => Promise<void>>(() => becomes('visible'))
    const { reached } = await connect({ onUnauthorized }, 401, 401)
    await reached('failed')
    expect(onUnauthorized).toHaveBeenCalledTimes(1)
  })

  test('keeps its connection by default', async () => {
    const { connection, streams } = await connect()
    await becomes('hidden')
    await becomes('visible')
    expect(connection.status).toBe('open')
    expect(streams).toHaveLength(1)
    expect(streams[0]?.isRead()).toBe(true)
  })

  test('pauses where its application chose so', async () => {
    const { connection, log } = await connect({ whenHidden: 'pause' })
    await becomes('hidden')
    expect(connection.state).toEqual({ status: 'paused', reason: 'hide' })
    await becomes('visible')
    expect(log.slice(-3)).toEqual(['state paused hide', 'state connecting 1 show', 'state open'])
  })

  test('that was opened there asks for nothing until it is seen', async () => {
    document.hidden = true
    const { connection, streams } = await connect({ whenHidden: 'pause' })
    expect(connection.status).toBe('paused')
    expect(streams).toHaveLength(0)
    await becomes('visible')
    expect(connection.status).toBe('open')
  })
})

test('a connection listens to its page no longer than something can come of it', async () => {
  const { connection } = await connect({}, 204)
  expect(heard.size).toBe(0)
  connection.reconnect()
  expect([...heard].toSorted()).toEqual(['online', 'pagehide', 'pageshow', 'visibilitychange'])
  connection.close()
  expect(heard.size).toBe(0)
})

test('nor does one that is closed as soon as its attempt is aborted', async () => {
  const { connection } = await connect({
    headers({ signal }) {
      signal.addEventListener('abort', () => connection.close())
      return {}
    },
  })
  connection.pause()
  expect(connection.status).toBe('closed')
  expect(heard.size).toBe(0)
})
