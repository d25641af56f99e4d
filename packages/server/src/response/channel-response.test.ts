import { type Channel, defineStream } from '@millrace/core'
import { formatCursor, parseCursor } from '@millrace/core/protocol'
import { describe, expect, test, vi } from 'vitest'
import { BlockReader, streamRequest } from '../../test/block-reader.ts'
import { type Ticks, createHub, ticks } from '../../test/create-hub.ts'
import type { Hub } from '../hub/hub.ts'
import { memoryBackplane } from '../log/memory-backplane.ts'
import type { ChannelResponseOptions } from './channel-options.ts'
import { type ToResponseOptions, toResponse } from './to-response.ts'

/** Publishes numbers; returns their cursors, so that `cursors[n]` is that of number n. */
async function publishTo(hub: Hub, first: number, last: number): Promise<string[]> {
  const cursors: string[] = []
  for (let n = first; n <= last; n++) {
    cursors[n] = (await hub.publish(ticks, { type: 'tick', data: { n } })).lastEventId
  }
  return cursors
}

async function open(
  hub: Hub,
  lastEventId = '',
  options: ToResponseOptions<Ticks, undefined> = {},
): Promise<BlockReader> {
  return new BlockReader(await toResponse(streamRequest(lastEventId), ticks, { hub, ...options }))
}

const numberOf = (event: { data: string }): number => (JSON.parse(event.data) as { n: number }).n

describe('a channel response', () => {
  test('has the headers of an event stream and no hop-by-hop ones', async () => {
    const { response } = await open(createHub())
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform, private',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    })
  })

  test('opens at once, past the 1,024 bytes that WebKit holds back, at the head and live', async () => {
    const hub = createHub()
    const cursors = await publishTo(hub, 1, 3)
    const response = await toResponse(streamRequest(), ticks, { hub })
    const { value } = await (response.body as ReadableStream<Uint8Array>).getReader().read()
    expect(value?.length).toBeGreaterThan(1024)
    const reader = await open(hub)
    const [opened, live] = await reader.events(2)
    expect(opened).toMatchObject({
      type: 'millrace.open',
      data: '{"resume":"fresh","delivery":"all","heartbeatMs":15000}',
      id: cursors[3],
    })
    expect(live).toMatchObject({ type: 'millrace.live', data: '{}', id: cursors[3] })
  })

  test('sends each event with its own cursor, and the id of the application behind it', async () => {
    const hub = createHub()
    const reader = await open(hub)
    await reader.events(2)
    const { lastEventId } = await hub.publish(ticks, { type: 'tick', data: { n: 1 }, id: 'order-17' })
    expect(await reader.event()).toMatchObject({ type: 'tick', data: '{"n":1}', id: lastEventId })
    expect(parseCursor(lastEventId)).toMatchObject({ seq: 1, id: 'order-17' })
  })

  test.each([
    ['oldest', 'oldest' as const, [1, 2, 3, 4, 5]],
    ['the last two', { last: 2 }, [4, 5]],
    ['the last of more than there are', { last: 99 }, [1, 2, 3, 4, 5]],
    ['the head', 'head' as const, []],
  ])('starts a client without a cursor at %s', async (_, start, expected) => {
    const hub = createHub()
    await publishTo(hub, 1, 5)
    const reader = await open(hub, '', { start })
    const opened = await reader.event()
    expect(parseCursor(opened.id ?? '')?.seq).toBe(5 - expected.length)
    const replayed = await reader.events(expected.length)
    expect(replayed.map(numberOf)).toEqual(expected)
    expect((await reader.event()).type).toBe('millrace.live')
  })

  test('resumes right behind the cursor, with or without the id of the application', async () => {
    const hub = createHub()
    const cursors = await publishTo(hub, 1, 5)
    for (const cursor of [cursors[3], `${cursors[3]}.some-id`]) {
      const reader = await open(hub, cursor)
      const [opened, four, five, live] = await reader.events(4)
      expect(opened).toMatchObject({ type: 'millrace.open', id: cursors[3] })
      expect(JSON.parse(opened?.data ?? '')).toMatchObject({ resume: 'resumed' })
      expect([four, five].map((event) => event?.id)).toEqual([cursors[4], cursors[5]])
      expect(live).toMatchObject({ type: 'millrace.live', id: cursors[5] })
    }
  })

  test('takes the cursor from the query, and the header before the query', async () => {
    const hub = createHub()
    const cursors = await publishTo(hub, 1, 5)
    const byQuery = streamRequest('', { query: `?lastEventId=${cursors[4]}` })
    const byBoth = streamRequest(cursors[2], { query: `?lastEventId=${cursors[4]}` })
    for (const [request, expected] of [
      [byQuery, [5]],
      [byBoth, [3, 4, 5]],
    ] as const) {
      const reader = new BlockReader(await toResponse(request, ticks, { hub }))
      await reader.event()
      expect((await reader.events(expected.length)).map(numberOf)).toEqual(expected)
    }
  })

  test('tells of a gap before anything else, and goes on from where it says', async () => {
    const hub = createHub({ history: { maxEvents: 3 } })
    const cursors = await publishTo(hub, 1, 10)
    const reader = await open(hub, cursors[2])
    const [opened, gap, ...replayed] = await reader.events(5)
    expect(opened).toMatchObject({ type: 'millrace.open', id: undefined })
    expect(JSON.parse(opened?.data ?? '')).toMatchObject({ resume: 'gap' })
    expect(gap).toMatchObject({
      type: 'millrace.gap',
      data: '{"reason":"trimmed","missed":5}',
      id: cursors[7],
    })
    expect(replayed.map(numberOf)).toEqual([8, 9, 10])
  })

  test.each([
    ['malformed', 'nonsense'],
    ['an end', 'millrace.end'],
    ['too long', 'x'.repeat(1_000_000)],
    ['ahead of the head', 'AHEAD'],
    ['with a line end in the query', 'a%0Ab'],
  ])('answers a cursor that is %s with the gap unknown, and goes on from the head', async (_, id) => {
    const hub = createHub()
    const [, , , head = ''] = await publishTo(hub, 1, 3)
    const cursor = parseCursor(head)
    const ahead = cursor && formatCursor({ ...cursor, seq: 4 })
    const query = `?lastEventId=${id === 'AHEAD' ? ahead : id}`
    const reader = new BlockReader(await toResponse(streamRequest('', { query }), ticks, { hub }))
    expect(reader.response.status).toBe(200)
    await reader.event()
    expect(await reader.event()).toMatchObject({
      type: 'millrace.gap',
      data: '{"reason":"unknown","missed":null}',
      id: head,
    })
  })

  test('answers ten thousand unknown cursors without reading the history', async () => {
    const backplane = memoryBackplane()
    const hub = createHub({ backplane })
    await publishTo(hub, 1, 500)
    const read = vi.spyOn(backplane, 'read')
    const started = performance.now()
    for (let index = 0; index < 10_000; index++) {
      const reader = await open(hub, `forged-${index}.7.tag`.slice(0, 20))
      await reader.cancel()
    }
    const entries = await Promise.all(
      read.mock.results.map(async ({ value }) => (await value).entries.length),
    )
    expect(Math.max(...entries)).toBeLessThanOrEqual(500)
    expect(hub.inspect().streams).toBe(0)
    console.log(`10,000 unknown cursors: ${Math.round(performance.now() - started)} ms`)
  })

  test('takes the cursor of another channel for one of an earlier life of this one', async () => {
    const hub = createHub()
    const other = defineStream<Ticks>('other') as Channel<Ticks>
    const { lastEventId } = await hub.publish(other, { type: 'tick', data: { n: 1 } })
    await publishTo(hub, 1, 2)
    const reader = await open(hub, lastEventId)
    const [, gap, one, two] = await reader.events(4)
    expect(gap?.data).toBe('{"reason":"restarted","missed":null}')
    expect([one, two].map((event) => event && numberOf(event))).toEqual([1, 2])
  })

  test('tells of a rolled-back log, to returning and to live clients', async () => {
    const backplane = memoryBackplane()
    const hub = createHub({ backplane })
    const cursors = await publishTo(hub, 1, 10)
    const live = await open(hub, cursors[10])
    await live.events(2)
    backplane.rollBack('ticks', 6)
    await publishTo(hub, 101, 108)
    expect(await live.rest()).toEqual([])
    const reader = await open(hub, cursors[10])
    const [, gap] = await reader.events(2)
    expect(gap?.data).toBe('{"reason":"diverged","missed":null}')
  })

  test('replays nothing where there is more than the limit, and counts it', async () => {
    const hub = createHub({ replay: { maxEvents: 20 } })
    const cursors = await publishTo(hub, 1, 50)
    const reader = await open(hub, cursors[10])
    const [, gap, live] = await reader.events(3)
    expect(gap).toMatchObject({ data: '{"reason":"too-many","missed":40}', id: cursors[50] })
    expect(live?.type).toBe('millrace.live')
  })

  test('gives a filter what it may pass, on replay too, and moves the client on', async () => {
    const hub = createHub()
    const cursors = await publishTo(hub, 1, 9)
    const authorize: ChannelResponseOptions<Ticks, undefined>['authorize'] = () => ({
      filter: (event) => event.data.n % 3 === 0,
    })
    const reader = await open(hub, cursors[1], { authorize, heartbeatMs: 60 })
    const [, three, six, nine, live] = await reader.events(5)
    expect([three, six, nine].map((event) => event && numberOf(event))).toEqual([3, 6, 9])
    expect(live?.id).toBe(cursors[9])
    const later = await publishTo(hub, 10, 11)
    expect(await reader.event()).toMatchObject({ type: 'millrace.heartbeat', data: '{}', id: later[11] })
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('secret')
      },
    ],
    ['answers with a promise', async () => false],
    ['answers nothing', () => undefined],
  ])('shows a client nothing that its filter cannot judge, since it %s', async (_, filter) => {
    const onError = vi.fn<(error: unknown) => void>()
    const hub = createHub({ observer: { onError } })
    const authorize = () => ({ filter: filter as unknown as () => boolean })
    const reader = await open(hub, '', { authorize, heartbeatMs: 60 })
    await reader.events(2)
    const [, one] = await publishTo(hub, 1, 1)
    expect(await reader.event()).toMatchObject({ type: 'millrace.heartbeat', id: one })
    expect(onError).toHaveBeenCalledTimes(1)
  })

  test.each([[undefined], [null], [false], ['yes'], [{ expiresAtMs: Number.NaN }]])(
    'lets nobody in whom authorize did not admit: %j',
    async (granted) => {
      const hub = createHub()
      const authorize = () => granted as never
      await expect(toResponse(streamRequest(), ticks, { hub, authorize })).rejects.toThrow(/authorize/)
      expect(hub.inspect().streams).toBe(0)
    },
  )

  test('opens nothing on a grant that is over already', async () => {
    const onRefuse = vi.fn<(refusal: object) => void>()
    const hub = createHub({ observer: { onRefuse } })
    const authorize = () => ({ principal: 'ann', expiresAtMs: Date.now() })
    const snapshot = vi.fn<() => { state: string }>(() => ({ state: 'secret' }))
    const answer = await toResponse(streamRequest(), ticks, { hub, authorize, snapshot })
    expect(await answer.text()).toMatch(/^retry: \d+\n\n$/)
    expect(snapshot).not.toHaveBeenCalled()
    expect(onRefuse).toHaveBeenCalledWith({ reason: 'expired', channel: 'ticks', principal: 'ann' })
  })

  test('lasts as long as its route says, whatever becomes of the date', async () => {
    const hub = createHub()
    const reader = await open(hub, '', { lifetimeMs: 60_000, heartbeatMs: 40 })
    await reader.events(2)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
    try {
      expect(await reader.next()).toEqual({ kind: 'comment' })
      expect(await reader.next()).toEqual({ kind: 'comment' })
    } finally {
      vi.useRealTimers()
    }
  })

  test('ends when 80 to 100 % of its lifetime are over', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    try {
      const onStreamEnd = vi.fn<(stream: { readonly durationMs: number }) => void>()
      const hub = createHub({ observer: { onStreamEnd } })
      for (let n = 0; n < 20; n++) await open(hub, '', { lifetimeMs: 500 })
      await vi.advanceTimersByTimeAsync(500)
      const lasted = onStreamEnd.mock.calls.map(([{ durationMs }]) => durationMs)
      expect(lasted.length).toBe(20)
      expect(Math.min(...lasted)).toBeGreaterThanOrEqual(400)
    } finally {
      vi.useRealTimers()
    }
  })

  test('beats although others come faster than a clock ticks', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    try {
      const hub = createHub({ heartbeatMs: 10 })
      const reader = await open(hub)
      await reader.events(2)
      const beats = reader.rest().then((blocks) => blocks.filter(({ kind }) => kind === 'comment').length)
      for (let n = 0; n < 20; n++) {
        await open(hub)
        await vi.advanceTimersByTimeAsync(4)
      }
      await hub.close()
      expect(await beats).toBeGreaterThanOrEqual(8)
    } finally {
      vi.useRealTimers()
    }
  })

  test('turns away who was revoked while being judged', async () => {
    const hub = createHub()
    const authorize = async (): Promise<object> => {
      await new Promise((resolve) => setTimeout(resolve, 10))
      return { principal: 'ann' }
    }
    const answer = toResponse(streamRequest(), ticks, { hub, authorize })
    expect(await hub.revoke({ principal: 'ann' })).toBe(0)
    expect(await (await answer).text()).toBe('retry: 250\n\n')
    expect(hub.inspect().streams).toBe(0)
  })

  test.each([[{}], [{ tag: '' }], [{ tag: undefined }], [{ tag: 'a', principal: 'b' }], [null]])(
    'ends nobody for a revocation that names nobody: %j',
    async (selector) => {
      const hub = createHub()
      await open(hub)
      await expect(hub.revoke(selector as never)).rejects.toThrow(TypeError)
      expect(hub.inspect().streams).toBe(1)
    },
  )

  test.each([
    [{ heartbeatMs: 0 }, 'heartbeatMs'],
    [{ heartbeatMs: 1.5 }, 'heartbeatMs'],
    [{ reconnectionTimeMs: -1 }, 'reconnectionTimeMs'],
    [{ lifetimeMs: 0 }, 'lifetimeMs'],
    [{ start: 'tail' as never }, 'start'],
  ])('names the option that is out of range: %j', async (options, name) => {
    const hub = createHub()
    await expect(toResponse(streamRequest(), ticks, { hub, ...options })).rejects.toThrow(name)
    expect(hub.inspect().streams).toBe(0)
  })

  test.each(['a\nb', '', '\ud800', 'x'.repeat(201), 'millrace.open', 7])(
    'cannot be poisoned by a type: %j',
    async (type) => {
      const hub = createHub()
      const reader = await open(hub)
      await reader.events(2)
      await expect(hub.publish(ticks, { type, data: { n: 1 } } as never)).rejects.toThrow(TypeError)
      await publishTo(hub, 2, 2)
      expect(numberOf(await reader.event())).toBe(2)
    },
  )

  test('hides nothing from one reader that another changed', async () => {
    const hub = createHub({ observer: { onError: () => undefined } })
    const authorize = () => ({
      filter: (event: { data: { n: number } }) => {
        event.data.n = -1
        return true
      },
    })
    await (await open(hub, '', { authorize })).events(2)
    const subscription = hub.subscribe(ticks)
    await new Promise((resolve) => setTimeout(resolve))
    await publishTo(hub, 1, 1)
    const item = await subscription.next()
    expect(item.value).toMatchObject({ data: { n: 1 } })
    await subscription.return()
  })

  test('beats within its promise while nothing happens', async () => {
    const reader = await open(createHub(), '', { heartbeatMs: 80 })
    await reader.events(2)
    const started = performance.now()
    expect(await reader.next()).toEqual({ kind: 'comment' })
    expect(await reader.next()).toEqual({ kind: 'comment' })
    expect(performance.now() - started).toBeLessThan(400)
  })

  test('sends the events of one tick as one chunk', async () => {
    const hub = createHub()
    const response = await toResponse(streamRequest(), ticks, { hub })
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    for (let text = ''; !text.includes('millrace.live');)
      text += new TextDecoder().decode((await reader.read()).value)
    await publishTo(hub, 1, 10)
    const { value } = await reader.read()
    expect(new TextDecoder().decode(value).match(/^event: tick$/gm)).toHaveLength(10)
  })

  test('tells the client how long to wait before it reconnects', async () => {
    const reader = await open(createHub(), '', { reconnectionTimeMs: 1234 })
    expect(await reader.next()).toMatchObject({ kind: 'comment' })
    expect(await reader.next()).toEqual({ kind: 'retry', retryMs: 1234 })
    expect(await reader.next()).toMatchObject({ type: 'millrace.open' })
  })

  test('lets authorize refuse, before anything is opened', async () => {
    const hub = createHub()
    const authorize = (): Response => new Response('no', { status: 403 })
    const response = await toResponse(streamRequest(), ticks, { hub, authorize })
    expect([response.status, await response.text()]).toEqual([403, 'no'])
    expect(hub.inspect().streams).toBe(0)
  })

  test('opens nothing for HEAD and OPTIONS', async () => {
    const hub = createHub()
    const head = await toResponse(streamRequest('', { method: 'HEAD' }), ticks, { hub })
    expect([head.status, head.body, head.headers.get('content-type')]).toEqual([
      200,
      null,
      'text/event-stream; charset=utf-8',
    ])
    const options = await toResponse(streamRequest('', { method: 'OPTIONS' }), ticks, { hub })
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS'])
    expect(hub.inspect().streams).toBe(0)
  })

  test('counts streams by channel', async () => {
    const hub = createHub()
    const readers = [await open(hub), await open(hub)]
    expect(hub.inspect()).toMatchObject({ streams: 2, channels: { ticks: 2 }, isDraining: false })
    await readers[0]?.cancel()
    expect(hub.inspect()).toMatchObject({ streams: 1, channels: { ticks: 1 } })
  })
})
