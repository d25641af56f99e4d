import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { EventStreamError } from './event-stream-error.ts'
import type { EventStreamEvent } from './event-stream-event.ts'
import { parseEventStream } from './parse-event-stream.ts'

/** A source that is written by the test and records how it was treated. */
function scriptedSource(...chunks: string[]) {
  let pulls = 0
  const cancelled: unknown[] = []
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (given) => void (controller = given),
      pull(given) {
        pulls++
        const chunk = chunks.shift()
        if (chunk !== undefined) given.enqueue(new TextEncoder().encode(chunk))
      },
      cancel: (reason) => void cancelled.push(reason),
    },
    { highWaterMark: 0 },
  )
  return {
    stream,
    cancelled,
    pulls: () => pulls,
    write: (text: string) => controller?.enqueue(new TextEncoder().encode(text)),
    close: () => controller?.close(),
    fail: (error: unknown) => controller?.error(error),
  }
}

const eventStream = (body: BodyInit | null, init: ResponseInit = {}): Response =>
  new Response(body, { headers: { 'content-type': 'text/event-stream' }, ...init })

const iterate = (iterable: AsyncIterable<EventStreamEvent>) => {
  const iterator = iterable[Symbol.asyncIterator]()
  return {
    next: async () => {
      const { done, value } = await iterator.next()
      return done ? 'done' : value.data
    },
    leave: async () => iterator.return?.(),
    fail: async (error: unknown) => iterator.throw?.(error),
  }
}

async function dataOf(iterable: AsyncIterable<EventStreamEvent>): Promise<string[]> {
  return Array.fromAsync(iterable, ({ data }) => data)
}

test('gives the events of a response', async () => {
  const events: unknown[] = []
  for await (const event of parseEventStream(eventStream('event: a\nid: 1\ndata: x\n\ndata: y\n\ndata: z'))) {
    events.push(event)
  }
  expect(events).toEqual([
    { type: 'a', data: 'x', lastEventId: '1' },
    { type: 'message', data: 'y', lastEventId: '1' },
  ])
})

test('gives the events of a stream of bytes or of text', async () => {
  const text = new ReadableStream<string>({
    start(controller) {
      for (const chunk of ['data: a\n', '', '\ndata: b\r', '\n\r\n']) controller.enqueue(chunk)
      controller.close()
    },
  })
  expect(await dataOf(parseEventStream(text))).toEqual(['a', 'b'])
  expect(await dataOf(parseEventStream(new Blob(['data: c\n\n']).stream()))).toEqual(['c'])
})

test('calls back in the order of the stream, and never ahead of what was taken', async () => {
  const log: string[] = []
  const source = scriptedSource(':hi\nretry: 5\nid: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\n\n')
  const { next, leave } = iterate(
    parseEventStream(source.stream, {
      onComment: (comment) => log.push(`comment ${comment}`),
      onRetry: (reconnectionTimeMs) => log.push(`retry ${reconnectionTimeMs}`),
      onId: (id) => log.push(`id ${id}`),
    }),
  )
  log.push(await next())
  expect(log).toEqual(['comment hi', 'retry 5', 'id 1', 'a'])
  log.push(await next())
  expect(log.slice(4)).toEqual(['id 2', 'b'])
  await leave()
  expect(log).toHaveLength(6)
})

test('ends the iteration where a callback throws', async () => {
  const failure = new Error('a listener failed')
  const source = scriptedSource('data: a\n\n:\ndata: b\n\n')
  const { next } = iterate(
    parseEventStream(source.stream, {
      onComment: () => {
        throw failure
      },
    }),
  )
  expect(await next()).toBe('a')
  await expect(next()).rejects.toBe(failure)
  expect(source.cancelled).toHaveLength(1)
})

test('goes on from the last event ID it was given', async () => {
  const [event] = await Array.fromAsync(parseEventStream(eventStream('data\n\n'), { lastEventId: '7' }))
  expect(event).toEqual({ type: 'message', data: '', lastEventId: '7' })
})

test('reads a chunk only when the events of the one before were taken', async () => {
  const source = scriptedSource('data: a\n\ndata: b\n\n', 'data: c\n\n')
  const { next } = iterate(parseEventStream(source.stream))
  expect(source.pulls()).toBe(0)
  await next()
  await next()
  expect(source.pulls()).toBe(1)
  await next()
  expect(source.pulls()).toBe(2)
})

test('answers calls of next in order when several wait', async () => {
  const source = scriptedSource('data: a\n\n', 'data: b\n\ndata: c\n\n')
  const { next } = iterate(parseEventStream(source.stream))
  expect(await Promise.all([next(), next(), next()])).toEqual(['a', 'b', 'c'])
})

test('answers calls of next in order, whether they wait or find the events of a chunk there', async () => {
  const comments: string[] = []
  const chunk = 'data: 1\n\ndata: 2\n\n:between\ndata: 3\n\ndata: 4\n\ndata: 5\n\n'
  const source = scriptedSource(chunk, 'data: 6\n\n')
  const onComment = (comment: string) => void comments.push(comment)
  const iterator = parseEventStream(source.stream, { onComment })[Symbol.asyncIterator]()
  const dataOf = async (count: number) => {
    const results = await Promise.all(Array.from({ length: count }, () => iterator.next()))
    return results.map(({ value }) => (value as EventStreamEvent | undefined)?.data)
  }
  expect(await dataOf(2)).toEqual(['1', '2'])
  expect(comments).toEqual([])
  expect(await dataOf(3)).toEqual(['3', '4', '5'])
  expect(comments).toEqual(['between'])
  expect(source.pulls()).toBe(1)
  expect(await dataOf(1)).toEqual(['6'])
})

test('answers calls that wait in the order they came in, an error and the end included', async () => {
  const source = scriptedSource('data: a\n\n', ':nothing\n\n', 'data: b\n\ndata: c\n\ndata: too long\n\n')
  const { next } = iterate(parseEventStream(source.stream, { limits: { maxEventLength: 3 } }))
  const answers: string[] = []
  const call = (name: number): Promise<unknown> =>
    next().then(
      (value) => answers.push(`${name} ${value}`),
      (error: EventStreamError) => answers.push(`${name} ${error.code}`),
    )
  // The sixth asks while the others wait, as soon as the first is answered.
  await Promise.all([call(1).then(() => call(6)), call(2), call(3), call(4), call(5)])
  expect(answers).toEqual(['1 a', '2 b', '3 c', '4 limit-exceeded', '5 done', '6 done'])
  expect(source.cancelled).toHaveLength(1)
})

test('answers all calls of next that wait when it is left, and then the one that leaves', async () => {
  const source = scriptedSource('data: a\n\n')
  const { next, leave } = iterate(parseEventStream(source.stream))
  const answers: string[] = []
  await Promise.all([
    next().then((value) => {
      answers.push(value)
      return leave().then(() => answers.push('left'))
    }),
    next().then((value) => answers.push(`second ${value}`)),
    next().then((value) => answers.push(`third ${value}`)),
  ])
  expect(answers).toEqual(['a', 'second done', 'third done', 'left'])
  expect(source.cancelled).toEqual([undefined])
  expect(source.stream.locked).toBe(false)
})

test('gives nothing of a chunk that has come and was not told yet when the iteration is left', async () => {
  const source = scriptedSource()
  const comments: string[] = []
  const onComment = (comment: string) => void comments.push(comment)
  const { next, leave } = iterate(parseEventStream(source.stream, { onComment }))
  const late = next()
  source.write(':late\ndata: a\n\ndata: b\n\n')
  await leave()
  expect([await late, await next()]).toEqual(['done', 'done'])
  expect(comments).toEqual([])
  expect(source.cancelled).toEqual([undefined])
})

test('answers a call of next that a callback makes behind the one it runs in', async () => {
  const source = scriptedSource('data: a\n\n:ask\ndata: b\n\ndata: c\n\n')
  let inner: Promise<string> | undefined
  const { next } = iterate(parseEventStream(source.stream, { onComment: () => void (inner = next()) }))
  expect([await next(), await next(), await inner]).toEqual(['a', 'b', 'c'])
  expect(source.pulls()).toBe(1)
})

test('leaves the source alone where a limit is none', () => {
  const source = scriptedSource('data: a\n\n')
  const events = parseEventStream(source.stream, { limits: { maxLineLength: 0 } })
  expect(() => events[Symbol.asyncIterator]()).toThrow(RangeError)
  expect(source.stream.locked).toBe(false)
})

// Responses

test('has no events where the response has none: 204, or no body', async () => {
  expect(await dataOf(parseEventStream(new Response(null, { status: 204 })))).toEqual([])
  expect(await dataOf(parseEventStream(eventStream(null)))).toEqual([])
})

test.for([201, 206, 301, 400, 401, 429, 500, 503])(
  'refuses status %i and cancels the body',
  async (status) => {
    const source = scriptedSource()
    const error: unknown = await dataOf(parseEventStream(eventStream(source.stream, { status }))).catch(
      (e) => e,
    )
    expect(error).toBeInstanceOf(EventStreamError)
    expect(error).toMatchObject({ code: 'bad-status', status })
    expect(source.cancelled).toHaveLength(1)
  },
)

test.for(['text/event-streamx', 'application/json', ''])(
  'refuses type %j and cancels the body',
  async (type) => {
    const source = scriptedSource()
    const response = new Response(source.stream, { headers: { 'content-type': type } })
    await expect(dataOf(parseEventStream(response))).rejects.toMatchObject({
      code: 'bad-content-type',
      status: 200,
    })
    expect(source.cancelled).toHaveLength(1)
  },
)

test('takes the type in any case and with any parameters', async () => {
  const headers = { 'content-type': 'Text/Event-Stream;charset=windows-1252' }
  expect(await dataOf(parseEventStream(new Response('data: …\n\n', { headers })))).toEqual(['…'])
})

// Ends

test.for([undefined, null, 'data: a\n\n', 7, {}])('refuses %o as a source', (source) => {
  // @ts-expect-error: what a caller without types may do
  expect(() => parseEventStream(source)).toThrow(TypeError)
})

test('can be iterated once', async () => {
  const events = parseEventStream(eventStream('data: a\n\n'))
  await dataOf(events)
  await expect(dataOf(events)).rejects.toThrow('only once')
})

test('refuses a source that somebody else reads', async () => {
  const response = eventStream('data: a\n\n')
  await response.text()
  await expect(dataOf(parseEventStream(response))).rejects.toThrow(TypeError)
})

test('cancels the source and lets go of it when the loop is left', async () => {
  const source = scriptedSource('data: a\n\ndata: b\n\n')
  for await (const event of parseEventStream(source.stream)) {
    expect(event.data).toBe('a')
    break
  }
  expect(source.cancelled).toEqual([undefined])
  expect(source.stream.locked).toBe(false)
})

test('cancels the source when the loop throws', async () => {
  const source = scriptedSource('data: a\n\n')
  const loop = async (): Promise<void> => {
    for await (const event of parseEventStream(source.stream)) throw new Error(event.data)
  }
  await expect(loop()).rejects.toThrow('a')
  expect(source.cancelled).toHaveLength(1)
})

test('returns at once while a read is pending', async () => {
  const source = scriptedSource()
  const { next, leave } = iterate(parseEventStream(source.stream))
  const pending = next()
  await leave()
  expect(await pending).toBe('done')
  expect(source.cancelled).toHaveLength(1)
  expect(source.stream.locked).toBe(false)
  expect(await next()).toBe('done')
})

test('throws at once while a read is pending', async () => {
  const source = scriptedSource()
  const { next, fail } = iterate(parseEventStream(source.stream))
  const pending = next()
  await expect(fail(new Error('enough'))).rejects.toThrow('enough')
  expect(await pending).toBe('done')
  expect(source.cancelled).toHaveLength(1)
})

test('cancels a source of which nothing was read', async () => {
  const source = scriptedSource('data: a\n\n')
  await iterate(parseEventStream(source.stream)).leave()
  expect(source.cancelled).toHaveLength(1)
  expect(source.stream.locked).toBe(false)
})

test('rejects with the reason of an abort while a read is pending', async () => {
  const source = scriptedSource('data: a\n\n')
  const controller = new AbortController()
  const { next } = iterate(parseEventStream(source.stream, { signal: controller.signal }))
  expect(await next()).toBe('a')
  const pending = next()
  const reason = new Error('enough')
  controller.abort(reason)
  expect(source.cancelled).toEqual([reason])
  await expect(pending).rejects.toBe(reason)
  expect(source.stream.locked).toBe(false)
  expect(await next()).toBe('done')
})

test('cancels at once and rejects at the next event when aborted between events', async () => {
  const source = scriptedSource('data: a\n\ndata: b\n\n')
  const controller = new AbortController()
  const { next } = iterate(parseEventStream(source.stream, { signal: controller.signal }))
  await next()
  controller.abort('enough')
  expect(source.cancelled).toEqual(['enough'])
  await expect(next()).rejects.toBe('enough')
})

test('reads nothing where it was aborted before', async () => {
  const source = scriptedSource('data: a\n\n')
  const { next } = iterate(parseEventStream(source.stream, { signal: AbortSignal.abort('enough') }))
  await expect(next()).rejects.toBe('enough')
  expect(source.pulls()).toBe(0)
  expect(source.cancelled).toEqual(['enough'])
})

test('listens to the signal no longer than it runs', async () => {
  const { signal } = new AbortController()
  const { next, leave } = iterate(parseEventStream(eventStream('data: a\n\ndata: b\n\n'), { signal }))
  await next()
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  await leave()
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  await dataOf(parseEventStream(eventStream('data: a\n\n'), { signal }))
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

test('tells a source that broke off as a network error, with the cause, after the events before it', async () => {
  const source = scriptedSource('data: a\n\n')
  const { next } = iterate(parseEventStream(eventStream(source.stream)))
  expect(await next()).toBe('a')
  const pending = next()
  const cause = new TypeError('terminated')
  source.fail(cause)
  await expect(pending).rejects.toMatchObject({ name: 'EventStreamError', code: 'network', cause })
})

test('passes an abort of the request through as it is', async () => {
  const source = scriptedSource()
  const pending = iterate(parseEventStream(eventStream(source.stream))).next()
  const abort = new DOMException('aborted', 'AbortError')
  source.fail(abort)
  await expect(pending).rejects.toBe(abort)
})

test('passes the reason through where one signal aborts the request and the iteration', async () => {
  const source = scriptedSource()
  const controller = new AbortController()
  // As `fetch` does, whose listener is the first.
  controller.signal.addEventListener('abort', () => source.fail(controller.signal.reason))
  const { next } = iterate(parseEventStream(eventStream(source.stream), { signal: controller.signal }))
  const pending = next()
  controller.abort('enough')
  await expect(pending).rejects.toBe('enough')
})

test('gives the events before a passed limit, then fails and cancels', async () => {
  const source = scriptedSource('data: a\n\ndata: b\n\ndata: too long\n\n')
  const { next } = iterate(parseEventStream(source.stream, { limits: { maxEventLength: 3 } }))
  expect([await next(), await next()]).toEqual(['a', 'b'])
  await expect(next()).rejects.toMatchObject({ code: 'limit-exceeded' })
  expect(source.cancelled).toHaveLength(1)
})

test('is not held up by a source that never finishes being cancelled, or fails at it', async () => {
  for (const cancel of [() => new Promise<void>(() => {}), () => Promise.reject(new Error('no'))]) {
    const stream = new ReadableStream<string>({
      start: (controller) => controller.enqueue('data\n\n'),
      cancel,
    })
    for await (const event of parseEventStream(stream)) {
      expect(event.data).toBe('')
      break
    }
    expect(stream.locked).toBe(false)
  }
})
