import { describe, expect, test, vi } from 'vitest'
import { NumberedLog } from '../../test/numbered-log.ts'
import { type Block, plainBlock } from '../queue/block.ts'
import { DropOldestQueue } from '../queue/drop-oldest-queue.ts'
import { LatestQueue } from '../queue/latest-queue.ts'
import { PlainQueue } from '../queue/plain-queue.ts'
import type { OutputQueue } from '../queue/output-queue.ts'
import { QueueBudget } from '../queue/queue-budget.ts'
import { FlushScheduler } from './flush-scheduler.ts'
import { type EndCause, Session } from './session.ts'
import type { Sink } from './sink.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const block = (text: string): Block => plainBlock(encode(text))

function createSession(maxQueueBytes = 1000, request = new Request('http://localhost/')): Session {
  const budget = new QueueBudget(Infinity, () => [])
  const scheduler = new FlushScheduler()
  return new Session({ queue: new PlainQueue(), maxQueueBytes, budget, scheduler, request })
}

async function readAll(session: Session): Promise<string> {
  return new Response(session.body as ReadableStream<Uint8Array<ArrayBuffer>>).text()
}

describe('a session', () => {
  test('hands on what was written in a tick as one chunk, and a single block as it is', async () => {
    const session = createSession()
    const reader = session.body.getReader()
    // The body asks once when it is made.
    await new Promise((resolve) => setTimeout(resolve))
    session.write(block('a'))
    await Promise.resolve()
    session.write(block('b'))
    expect(await reader.read()).toEqual({ done: false, value: encode('ab') })
    const shared = encode('shared')
    session.write(plainBlock(shared))
    expect((await reader.read()).value).toBe(shared)
  })

  test('is ready when the client took all, and not before', async () => {
    const session = createSession()
    let isReady = false
    session.write(block('a'))
    const ready = session.ready().then(() => (isReady = true))
    const reader = session.body.getReader()
    await reader.read()
    // All is taken, and nobody asks for more.
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(isReady).toBe(false)
    const reading = reader.read()
    await ready
    session.write(block('b'))
    await reading
    expect(isReady).toBe(true)
  })

  test('ends a client that leaves more unread than the limit, and keeps nothing of it', async () => {
    const session = createSession(10)
    const reader = session.body.getReader()
    session.write(block('12345'))
    expect((await reader.read()).value).toEqual(encode('12345'))
    session.write(block('67890'))
    session.write(block('abcdef'))
    expect(session.cause).toBe('slow')
    expect((await reader.read()).done).toBe(true)
  })

  test('is not ended over a single block, however large', async () => {
    const session = createSession(10)
    session.write(block('x'.repeat(100)))
    expect(session.cause).toBe(undefined)
    session.write(block('y'))
    expect(session.cause).toBe('slow')
  })

  test.each([
    ['the body is cancelled', (session: Session) => session.body.cancel()],
    ['the request aborts', async (_: Session, abort: AbortController) => abort.abort()],
  ])('ends as cancelled when %s, once', async (_, go) => {
    const abort = new AbortController()
    const session = createSession(1000, new Request('http://localhost/', { signal: abort.signal }))
    const onEnd = vi.fn<(cause: EndCause) => void>()
    session.onEnd(onEnd)
    await go(session, abort)
    await session.body.cancel().catch(() => undefined)
    abort.abort()
    session.end('lifetime')
    expect(onEnd.mock.calls).toEqual([['cancelled']])
    expect([session.cause, session.signal.aborted, session.signal.reason]).toEqual([
      'cancelled',
      true,
      'cancelled',
    ])
  })

  test('is over before it begins when the request was aborted already', () => {
    expect(createSession(1000, new Request('http://localhost/', { signal: AbortSignal.abort() })).cause).toBe(
      'cancelled',
    )
  })

  test('closes between blocks, with a last one if given, and drops what waits', async () => {
    const session = createSession()
    session.write(block('waits'))
    session.end('drained', encode('retry: 5\n\n'))
    session.write(block('late'))
    expect(await readAll(session)).toBe('retry: 5\n\n')
  })

  test('wakes a writer that waits when it ends', async () => {
    const session = createSession()
    session.write(block('a'))
    const waiting = session.ready()
    session.end('revoked')
    await waiting
    await session.ready()
    expect(session.hasEnded).toBe(true)
  })

  test('listens to its request no longer than it lives', () => {
    const request = new Request('http://localhost/')
    const remove = vi.spyOn(request.signal, 'removeEventListener')
    createSession(1000, request).end('revoked')
    expect(remove).toHaveBeenCalledTimes(1)
  })

  test('tells a listener that comes late at once', () => {
    const session = createSession()
    session.end('expired')
    const onEnd = vi.fn<(cause: EndCause) => void>()
    session.onEnd(onEnd)
    expect(onEnd).toHaveBeenCalledWith('expired')
  })

  describe('that the application ends while it is asked or told something', () => {
    const createWith = (queue: OutputQueue): { session: Session; budget: QueueBudget } => {
      const budget = new QueueBudget(Infinity, () => [])
      const scheduler = new FlushScheduler()
      const request = new Request('http://localhost/')
      return { session: new Session({ queue, maxQueueBytes: 200, budget, scheduler, request }), budget }
    }

    test('by a key, keeps and counts nothing', () => {
      const log = new NumberedLog()
      const { session, budget } = createWith(
        new LatestQueue(({ seq }) => {
          if (seq === 2) session.end('revoked')
          return `${seq}`
        }, undefined),
      )
      session.write(log.append())
      session.write(log.append())
      expect([session.queuedBytes, budget.bytes]).toEqual([0, 0])
    })

    test('by an observer of gaps, writes nothing behind the end', () => {
      const log = new NumberedLog()
      const { session, budget } = createWith(new DropOldestQueue(() => session.end('revoked')))
      for (let n = 0; n < 10; n++) session.write(log.append())
      const calls: string[] = []
      const sink: Sink = {
        takesMore: true,
        write: () => void calls.push('write'),
        close: () => void calls.push('close'),
      }
      session.connect(sink)
      expect([calls, budget.bytes]).toEqual([['close'], 0])
    })
  })
})
