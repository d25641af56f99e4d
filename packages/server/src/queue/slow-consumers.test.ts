import { type Channel, type ChannelEvent, defineStream } from '@millrace/core'
import { parseCursor, parseHighest } from '@millrace/core/protocol'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { BlockReader, streamRequest } from '../../test/block-reader.ts'
import { createHub } from '../../test/create-hub.ts'
import { ChannelFeed } from '../channel/channel-feed.ts'
import { SessionReader } from '../channel/session-reader.ts'
import type { HubObserver, HubOptions } from '../index.ts'
import { memoryBackplane } from '../log/memory-backplane.ts'
import { toResponse } from '../response/to-response.ts'
import type { Hub } from '../hub/hub.ts'
import type { SlowConsumer } from './slow-consumer.ts'

type Values = { value: { key: string; n: number; padding?: string }; note: { n: number } }
const values = defineStream<Values>('values') as Channel<Values>

const byKey: SlowConsumer<Values> = {
  policy: 'latest-by-key',
  key: ({ type, data }) => (type === 'value' ? data.key : undefined),
}
const KEYS = ['a', 'b', 'c', 'd', 'e']

interface Scene {
  readonly hub: Hub
  readonly open: (lastEventId?: string) => Promise<BlockReader>
  /** Publishes `count` events of about 1 KB, each fifth of them a note, in many ticks. */
  readonly publish: (count: number) => Promise<void>
}

function createScene(
  slowConsumer: SlowConsumer<Values>,
  { maxQueueBytes = 64 * 1024, ...options }: HubOptions = {},
): Scene {
  const hub = createHub({ history: { maxEvents: 100_000, maxBytes: 1e9 }, ...options })
  let n = 0
  const publish = async (count: number): Promise<void> => {
    for (let published = 0; published < count; published++) {
      n++
      const key = KEYS[n % KEYS.length] as string
      if (n % 6 === 0) await hub.publish(values, { type: 'note', data: { n } })
      else await hub.publish(values, { type: 'value', data: { key, n, padding: 'x'.repeat(1000) } })
      if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const open = async (lastEventId = ''): Promise<BlockReader> =>
    new BlockReader(
      await toResponse(streamRequest(lastEventId), values, { hub, slowConsumer, maxQueueBytes }),
    )
  return { hub, open, publish }
}

/** Reads until the event with a number, over as many responses as it takes. */
async function readTo(
  last: number,
  open: Scene['open'],
  first: BlockReader,
): Promise<{
  events: ReadonlyArray<{ type: string; data: unknown; lastEventId: string }>
  responses: number
}> {
  const events: Array<{ type: string; data: unknown; lastEventId: string }> = []
  let reader = first
  let { lastEventId } = first
  for (let responses = 1; ; responses++) {
    for (;;) {
      const block = await reader.next()
      if (!block) break
      if (block.kind !== 'event') continue
      lastEventId = block.lastEventId || lastEventId
      events.push({ type: block.type, data: JSON.parse(block.data), lastEventId })
      const position = parseCursor(lastEventId)
      if (block.type !== 'millrace.open' && position?.seq === last && !parseHighest(lastEventId)) {
        await reader.cancel()
        return { events, responses }
      }
    }
    reader = await open(lastEventId)
  }
}

const numbersOf = (events: ReadonlyArray<{ type: string; data: unknown }>): number[] =>
  events
    .filter(({ type }) => type === 'value' || type === 'note')
    .map(({ data }) => (data as { n: number }).n)
const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)

describe('a client that reads nothing while 2,000 events are published', () => {
  test('under `disconnect` is ended, comes back and has them all', async () => {
    const onStreamEnd = vi.fn<NonNullable<HubObserver['onStreamEnd']>>()
    const { hub, open, publish } = createScene('disconnect', { observer: { onStreamEnd } })
    const reader = await open()
    await reader.events(2)
    await publish(2000)
    expect(onStreamEnd.mock.calls.map(([{ cause }]) => cause)).toEqual(['slow'])
    expect(hub.inspect().queuedBytes).toBe(0)
    const { events, responses } = await readTo(2000, open, reader)
    expect(numbersOf(events)).toEqual(upTo(2000))
    expect(responses).toBe(2)
  })

  test('under `pause` is read to at its own pace when it wakes, on the same response, and is live again', async () => {
    const { hub, open, publish } = createScene('pause')
    const reader = await open()
    await reader.events(2)
    await publish(2000)
    expect(hub.inspect()).toMatchObject({ streams: 1 })
    // Half of what may wait, and the event that brought it there.
    expect(hub.inspect().queuedBytes).toBeLessThan(34 * 1024)
    const reading = readTo(2500, open, reader)
    await publish(500)
    const { events, responses } = await reading
    expect(numbersOf(events)).toEqual(upTo(2500))
    expect(responses).toBe(1)
    expect(events.filter(({ type }) => type === 'millrace.live')).toEqual([])
  })

  test('under `pause` is told what was trimmed meanwhile, exactly', async () => {
    const { open, publish } = createScene('pause', { history: { maxEvents: 100 } })
    const reader = await open()
    await reader.events(2)
    await publish(2000)
    const { events, responses } = await readTo(2000, open, reader)
    const gap = events.find(({ type }) => type === 'millrace.gap')?.data as { reason: string; missed: number }
    expect(gap.reason).toBe('trimmed')
    const numbers = numbersOf(events)
    expect(numbers.length + gap.missed).toBe(2000)
    expect(numbers.slice(-100)).toEqual(upTo(2000).slice(-100))
    expect(responses).toBe(2)
  })

  test('under `drop-oldest` loses the oldest, and is told how many, once', async () => {
    const onGap = vi.fn<NonNullable<HubObserver['onGap']>>()
    const { hub, open, publish } = createScene('drop-oldest', { observer: { onGap } })
    const reader = await open()
    await reader.events(2)
    await publish(2000)
    expect(hub.inspect().queuedBytes).toBeLessThanOrEqual(64 * 1024)
    const { events, responses } = await readTo(2000, open, reader)
    expect(responses).toBe(1)
    const gaps = events.filter(({ type }) => type === 'millrace.gap')
    expect(gaps).toHaveLength(1)
    const { reason, missed } = (gaps[0] as { data: unknown }).data as { reason: string; missed: number }
    expect(reason).toBe('overflow')
    const numbers = numbersOf(events)
    // What was on its way when the client fell asleep, the gap, and the newest.
    const before = numbers.findIndex((n, index) => n !== index + 1)
    expect(numbers).toEqual([...upTo(before), ...upTo(2000).slice(before + missed)])
    expect(onGap.mock.calls).toEqual([[{ channel: 'values', reason: 'overflow', missed }]])
  })

  test('under `latest-by-key` gets the newest value of each key, and every event without one', async () => {
    const { hub, open, publish } = createScene(byKey)
    const reader = await open()
    expect(JSON.parse((await reader.event()).data)).toMatchObject({ delivery: 'latest' })
    await reader.event()
    await publish(2000)
    expect(hub.inspect().queuedBytes).toBeLessThan(64 * 1024)
    const { events, responses } = await readTo(2000, open, reader)
    expect(responses).toBe(1)
    expect(numbersOf(events.filter(({ type }) => type === 'note'))).toEqual(
      upTo(2000).filter((n) => n % 6 === 0),
    )
    const latest = new Map<string, number>()
    let sent = 0
    for (const { type, data } of events) {
      if (type !== 'value') continue
      const { key, n } = data as { key: string; n: number }
      expect(n).toBeGreaterThan(latest.get(key) ?? 0)
      latest.set(key, n)
      sent++
    }
    const expected = new Map(
      upTo(2000)
        .filter((n) => n % 6 !== 0)
        .map((n) => [KEYS[n % 5], n]),
    )
    expect(latest).toEqual(expected)
    // A chunk that was on its way, and five.
    expect(sent).toBeLessThan(100)
  })
})

describe('a client that is read to at its own pace', () => {
  test.each(['pause', 'disconnect'] as const)(
    'is handed no more at once than may wait for it, as it goes live: under `%s`',
    async (slowConsumer) => {
      const onStreamEnd = vi.fn<NonNullable<HubObserver['onStreamEnd']>>()
      const { open, publish } = createScene(slowConsumer, {
        maxQueueBytes: 10_000,
        observer: { onStreamEnd },
      })
      const first = await open()
      const { lastEventId } = await first.event()
      await first.cancel()
      await publish(30)
      const reader = await open(lastEventId)
      await reader.events(2)
      // Heard while the client is read to, and so handed over when it is to be live.
      await publish(100)
      const { events, responses } = await readTo(130, open, reader)
      expect([numbersOf(events), responses]).toEqual([upTo(130).slice(1), 1])
      expect(onStreamEnd.mock.calls.map(([{ cause }]) => cause)).toEqual(['cancelled', 'cancelled'])
    },
  )

  test('is not ended under `pause` over one event for which the others leave no room', async () => {
    const { hub, open } = createScene('pause', { maxQueueBytes: 100_000 })
    const reader = await open()
    await reader.events(2)
    for (let n = 1; n <= 10; n++) {
      const padding = 'x'.repeat(n % 2 === 0 ? 70_000 : 40_000)
      await hub.publish(values, { type: 'value', data: { key: 'a', n, padding } })
      await new Promise((resolve) => setImmediate(resolve))
    }
    const { events, responses } = await readTo(10, open, reader)
    expect([numbersOf(events), responses]).toEqual([upTo(10), 1])
  })

  test('leaves nothing in the feed that goes in the step behind the one in which it is live again', async () => {
    const { hub, publish } = createScene('pause')
    const abort = new AbortController()
    const original: unknown = Reflect.get(ChannelFeed.prototype, 'attach')
    let isToGo = false
    const attach = vi.spyOn(ChannelFeed.prototype, 'attach').mockImplementation(function (
      this: ChannelFeed,
      ...given
    ) {
      const isLive = Reflect.apply(original as ChannelFeed['attach'], this, given)
      if (isLive && isToGo) queueMicrotask(() => abort.abort())
      return isLive
    })
    const onEntry = vi.spyOn(SessionReader.prototype, 'onEntry')
    onTestFinished(() => [attach, onEntry].forEach((spy) => spy.mockRestore()))
    const options = { hub, slowConsumer: 'pause', maxQueueBytes: 10_000 } as const
    const request = streamRequest('', { signal: abort.signal })
    const reader = new BlockReader(await toResponse(request, values, options))
    await reader.events(2)
    await publish(100)
    isToGo = true
    await reader.rest()
    await new Promise((resolve) => setImmediate(resolve))
    onEntry.mockClear()
    await publish(1)
    expect([abort.signal.aborted, onEntry.mock.calls]).toEqual([true, []])
  })
})

describe('delivery of the latest by key', () => {
  test('reduces a replay to the newest of each key before its first block', async () => {
    const { open, publish } = createScene(byKey)
    const first = await open()
    const { lastEventId } = await first.event()
    await first.cancel()
    await publish(1000)
    const reader = await open(lastEventId)
    const { events } = await readTo(1000, open, reader)
    const numbers = numbersOf(events.filter(({ type }) => type === 'value'))
    expect(numbers.toSorted((a, b) => a - b)).toEqual([991, 997, 998, 999, 1000])
  })

  test('sends a replay of more keys than its queue holds at the client’s pace', async () => {
    const hub = createHub({ history: { maxEvents: 5000 } })
    for (let n = 1; n <= 2000; n++) {
      await hub.publish(values, { type: 'value', data: { key: `key ${n}`, n, padding: 'x'.repeat(100) } })
    }
    const response = await toResponse(streamRequest(), values, {
      hub,
      start: 'oldest',
      slowConsumer: byKey,
      maxQueueBytes: 20_000,
    })
    const reader = new BlockReader(response)
    const events = await reader.events(2002)
    expect(numbersOf(events.map(({ type, data }) => ({ type, data: JSON.parse(data) as unknown })))).toEqual(
      upTo(2000),
    )
    expect(hub.inspect().queuedBytes).toBe(0)
    await reader.cancel()
  })

  test('is told that the server lives while a replay is read for it, however long that takes', async () => {
    const backplane = memoryBackplane()
    const hub = createHub({ backplane, history: { maxEvents: 5000 }, heartbeatMs: 20, writeTimeoutMs: 40 })
    for (let n = 1; n <= 600; n++) await hub.publish(values, { type: 'value', data: { key: 'a', n } })
    let goOn: () => void = () => undefined
    const told = new Promise<void>((resolve) => (goOn = resolve))
    const read = backplane.read.bind(backplane)
    vi.spyOn(backplane, 'read').mockImplementation(async (channel, options) => {
      if (typeof options.from === 'object' && 'seq' in options.from) await told
      return read(channel, options)
    })
    const route = { hub, start: 'oldest', slowConsumer: byKey } as const
    const reader = new BlockReader(await toResponse(streamRequest(), values, route))
    await reader.events(1)
    for (let beats = 0; beats < 5; beats++) expect(await reader.next()).toEqual({ kind: 'comment' })
    goOn()
    expect(JSON.parse((await reader.event()).data)).toMatchObject({ n: 600 })
    await reader.cancel()
  })

  test('never shows an older value after a newer, over a resume', async () => {
    const { hub, open } = createScene(byKey)
    const set = (key: string, n: number): Promise<unknown> =>
      hub.publish(values, { type: 'value', data: { key, n, padding: 'x'.repeat(1000) } })
    const reader = await open()
    await reader.events(2)
    // On its way; then `b` waits, and `a` in the place of its older value before it.
    await set('first', 1)
    await new Promise((resolve) => setImmediate(resolve))
    await set('a', 2)
    await set('b', 3)
    await set('a', 4)
    await reader.event()
    const newest = await reader.event()
    expect(JSON.parse(newest.data)).toMatchObject({ key: 'a', n: 4 })
    expect(parseCursor(newest.lastEventId)?.seq).toBe(2)
    await reader.cancel()
    const again = await open(newest.lastEventId)
    const { events } = await readTo(4, open, again)
    expect(events[0]).toMatchObject({ data: { resume: 'resumed' }, lastEventId: newest.lastEventId })
    expect(numbersOf(events)).toEqual([3, 4])
  })

  test('waits for no more than its queue holds, whatever a client of an earlier life of the log had seen', async () => {
    const { hub, publish } = createScene(byKey)
    await publish(1000)
    // A hundred notes and more are kept, of 100 bytes and more each.
    const lastEventId = 'earlier.1.tag~999999.tag'
    const options = { hub, slowConsumer: byKey, maxQueueBytes: 5000 }
    const reader = new BlockReader(await toResponse(streamRequest(lastEventId), values, options))
    await reader.events(2)
    await new Promise((resolve) => setImmediate(resolve))
    expect(hub.inspect().queuedBytes).toBeLessThan(5000)
    await reader.cancel()
  })

  test('tells a client whose newest value the log has lost', async () => {
    const backplane = memoryBackplane()
    const { hub, open, publish } = createScene(byKey, { backplane })
    await publish(4)
    const head = parseCursor(await hub.lastEventId(values))
    const response = await open()
    const { lastEventId } = await response.event()
    await response.cancel()
    await publish(2)
    const lost = parseCursor(await hub.lastEventId(values))
    backplane.rollBack(values.channel, head?.seq ?? 0)
    await publish(4)
    // Complete up to 4, which the log has; but shown 6, which it has lost.
    const reader = await open(`${lastEventId}~${lost?.seq}.${lost?.tag}`)
    const events = await reader.events(2)
    expect(events.map(({ data }) => JSON.parse(data) as object)).toMatchObject([
      { resume: 'gap' },
      { reason: 'diverged', missed: null },
    ])
    await reader.cancel()
  })

  test('lets an event arrive whose key cannot be told, and says so', async () => {
    const onError = vi.fn<(error: unknown) => void>()
    const hub = createHub({ observer: { onError } })
    const key = (event: ChannelEvent<Values>): string => {
      if (event.type === 'note') throw new Error('no key')
      return 7 as unknown as string
    }
    const slowConsumer = { policy: 'latest-by-key', key } as const
    const reader = new BlockReader(await toResponse(streamRequest(), values, { hub, slowConsumer }))
    await reader.events(2)
    await hub.publish(values, { type: 'note', data: { n: 1 } })
    await hub.publish(values, { type: 'value', data: { key: 'a', n: 2 } })
    expect((await reader.events(2)).map(({ type }) => type)).toEqual(['note', 'value'])
    expect(onError.mock.calls.map(([error]) => String(error))).toEqual([
      'Error: no key',
      'TypeError: latest-by-key: key must return a string or undefined; got number',
    ])
    await reader.cancel()
  })
})

test('what may wait for all clients together ends those with the longest queues, and spares the others', async () => {
  const onStreamEnd = vi.fn<NonNullable<HubObserver['onStreamEnd']>>()
  const hub = createHub({ maxTotalQueueBytes: 300_000, observer: { onStreamEnd } })
  const open = async (): Promise<BlockReader> => {
    const reader = new BlockReader(await toResponse(streamRequest(), values, { hub }))
    await reader.events(2)
    return reader
  }
  const asleep = await Promise.all(Array.from({ length: 10 }, open))
  const awake = await open()
  for (let n = 1; n <= 200; n++) {
    await hub.publish(values, { type: 'value', data: { key: 'a', n, padding: 'x'.repeat(1000) } })
    expect(JSON.parse((await awake.event()).data)).toMatchObject({ n })
    expect(hub.inspect().queuedBytes).toBeLessThanOrEqual(300_000)
  }
  const causes = onStreamEnd.mock.calls.map(([{ cause }]) => cause)
  expect(new Set(causes)).toEqual(new Set(['over-budget']))
  expect(causes.length).toBeGreaterThan(5)
  await Promise.all([awake, ...asleep].map((reader) => reader.cancel()))
  expect(hub.inspect()).toMatchObject({ streams: 0, queuedBytes: 0 })
})

test.each([
  {
    slowConsumer: 'drop-newest',
    message: /slowConsumer must be 'disconnect', 'pause', .* got "drop-newest"/,
  },
  { slowConsumer: { policy: 'latest-by-key' }, message: /slowConsumer must be/ },
  { slowConsumer: null, message: /slowConsumer must be .* got null/ },
])('refuses a policy that is none: $slowConsumer', async ({ slowConsumer, message }) => {
  const given = { hub: createHub(), slowConsumer: slowConsumer as unknown as 'pause' }
  await expect(toResponse(streamRequest(), values, given)).rejects.toThrow(message)
})
