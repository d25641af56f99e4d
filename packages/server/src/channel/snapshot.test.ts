import { describe, expect, test, vi } from 'vitest'
import { BlockReader, streamRequest } from '../../test/block-reader.ts'
import { type Ticks, createHub, ticks } from '../../test/create-hub.ts'
import type { Hub } from '../hub/hub.ts'
import type { SnapshotReader } from './snapshot.ts'
import { snapshot as readSnapshot } from '../hub/snapshot.ts'
import { type ToResponseOptions, toResponse } from '../response/to-response.ts'

const publish = async (hub: Hub, n: number): Promise<string> =>
  (await hub.publish(ticks, { type: 'tick', data: { n } })).lastEventId

async function open(
  hub: Hub,
  lastEventId: string,
  options: ToResponseOptions<Ticks, undefined>,
): Promise<BlockReader> {
  return new BlockReader(await toResponse(streamRequest(lastEventId), ticks, { hub, ...options }))
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('a snapshot', () => {
  test('comes first on a fresh visit, brings the first id, and is followed by what it does not contain', async () => {
    const hub = createHub()
    const one = await publish(hub, 1)
    const reader = await open(hub, '', {
      snapshot: async () => {
        await publish(hub, 2)
        return { state: { sum: 1 }, lastEventId: one }
      },
    })
    const [opened, state, two, live] = await reader.events(4)
    expect(opened).toMatchObject({ type: 'millrace.open', id: undefined })
    expect(state).toMatchObject({ type: 'millrace.snapshot', data: '{"state":{"sum":1}}', id: one })
    expect(two).toMatchObject({ type: 'tick', data: '{"n":2}' })
    expect(live?.type).toBe('millrace.live')
  })

  test('without a position of its own stands where the log was before the read', async () => {
    const hub = createHub()
    const one = await publish(hub, 1)
    const reader = await open(hub, '', {
      snapshot: async () => {
        await publish(hub, 2)
        return { state: 'with 2 already' }
      },
    })
    const [, state, two] = await reader.events(3)
    expect(state).toMatchObject({ type: 'millrace.snapshot', id: one })
    expect(two?.data).toBe('{"n":2}')
  })

  test('is not read for a client that can resume', async () => {
    const hub = createHub()
    const one = await publish(hub, 1)
    await publish(hub, 2)
    const snapshot = vi.fn<SnapshotReader>(() => ({ state: 0 }))
    const reader = await open(hub, one, { snapshot })
    expect((await reader.events(3)).map(({ type }) => type)).toEqual([
      'millrace.open',
      'tick',
      'millrace.live',
    ])
    expect(snapshot).not.toHaveBeenCalled()
  })

  test('follows a gap, which then has neither id nor count', async () => {
    const hub = createHub({ history: { maxEvents: 2 } })
    const one = await publish(hub, 1)
    for (let n = 2; n <= 9; n++) await publish(hub, n)
    const reader = await open(hub, one, { snapshot: () => ({ state: 9 }) })
    const [opened, gap, state, live] = await reader.events(4)
    expect(opened).toMatchObject({ type: 'millrace.open', id: undefined })
    expect(gap).toMatchObject({
      type: 'millrace.gap',
      data: '{"reason":"trimmed","missed":null}',
      id: undefined,
    })
    expect(state?.type).toBe('millrace.snapshot')
    expect(live?.id).toBe(state?.id)
  })

  test('is given again to a client that was cut before it', async () => {
    const hub = createHub()
    await publish(hub, 1)
    const first = await open(hub, '', { snapshot: () => sleep(20).then(() => ({ state: 1 })) })
    const opened = await first.event()
    await first.cancel()
    const again = await open(hub, opened.lastEventId, { snapshot: () => ({ state: 1 }) })
    expect((await again.events(2))[1]).toMatchObject({ type: 'millrace.snapshot' })
  })

  test('older than what is kept is followed by the gap behind it, where it is exact', async () => {
    const hub = createHub({ history: { maxEvents: 2 } })
    const one = await publish(hub, 1)
    for (let n = 2; n <= 9; n++) await publish(hub, n)
    const reader = await open(hub, '', { snapshot: () => ({ state: 1, lastEventId: one }) })
    const [, state, gap, eight] = await reader.events(4)
    expect(state).toMatchObject({ type: 'millrace.snapshot', id: one })
    expect(gap).toMatchObject({ type: 'millrace.gap', data: '{"reason":"trimmed","missed":6}' })
    expect(eight?.data).toBe('{"n":8}')
  })

  test('is read again while the log moves past it, where it has no position, and gives up after three', async () => {
    const onError = vi.fn<(error: unknown) => void>()
    const hub = createHub({ history: { maxEvents: 2 }, observer: { onError } })
    let reads = 0
    const snapshot = async (): Promise<{ state: number }> => {
      if (++reads < 3) for (let n = 0; n < 5; n++) await publish(hub, n)
      return { state: reads }
    }
    const reader = await open(hub, '', { snapshot })
    expect((await reader.events(2))[1]?.data).toBe('{"state":3}')
    reads = -10
    const hopeless = await open(hub, '', { snapshot })
    const blocks = await hopeless.rest()
    expect(blocks.at(-1)).toMatchObject({ kind: 'retry' })
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: 'unavailable' }))
  })

  test('is read once for clients of one principal that come together, and once for each principal', async () => {
    const hub = createHub()
    const one = await publish(hub, 1)
    const snapshot = vi.fn<SnapshotReader>(async ({ principal }) => {
      await sleep(10)
      return { state: principal, lastEventId: one }
    })
    const readers = await Promise.all(
      ['ann', 'ann', 'bob', 'ann'].map((principal) =>
        open(hub, '', { snapshot, authorize: () => ({ principal }) }),
      ),
    )
    const states = await Promise.all(readers.map(async (reader) => (await reader.events(2))[1]?.data))
    expect(states).toEqual(['ann', 'ann', 'bob', 'ann'].map((state) => JSON.stringify({ state })))
    expect(snapshot).toHaveBeenCalledTimes(2)
  })

  test('is not shared with a client that has seen more than it contains', async () => {
    const hub = createHub({ history: { maxEvents: 2 } })
    let go: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (go = resolve))
    let reads = 0
    const snapshot = async (): Promise<{ state: number }> => {
      const read = ++reads
      if (read === 1) await gate
      return { state: read }
    }
    const early = await open(hub, '', { snapshot })
    await early.event()
    // It asks for more, and its snapshot is begun.
    void early.next()
    await sleep(5)
    const one = await publish(hub, 1)
    for (let n = 2; n <= 9; n++) await publish(hub, n)
    const late = await open(hub, one, { snapshot })
    expect((await late.events(3))[2]).toMatchObject({ type: 'millrace.snapshot', data: '{"state":2}' })
    go()
  })

  test('that throws, or names a position that is none, ends the stream without a word of why', async () => {
    const onError = vi.fn<(error: unknown) => void>()
    const hub = createHub({ observer: { onError } })
    for (const snapshot of [
      () => Promise.reject(new Error('secret')),
      () => ({ state: 1, lastEventId: 'order-17' }),
    ]) {
      const response = await toResponse(streamRequest(), ticks, { hub, snapshot })
      const text = await response.text()
      expect(text).toMatch(/retry: \d+\n\n$/)
      expect(text).not.toContain('secret')
    }
    expect(onError).toHaveBeenCalledTimes(2)
    expect(hub.inspect().streams).toBe(0)
  })

  test('that hangs ends the stream when its time is over, and its signal with it', async () => {
    const onError = vi.fn<(error: unknown) => void>()
    const hub = createHub({ observer: { onError } })
    let given: AbortSignal | undefined
    const snapshot: SnapshotReader = ({ signal }) => ((given = signal), new Promise(() => undefined))
    const reader = await open(hub, '', { snapshot, snapshotTimeoutMs: 20 })
    expect((await reader.rest()).at(-1)).toMatchObject({ kind: 'retry' })
    expect(onError.mock.calls).toMatchObject([[{ code: 'unavailable' }]])
    expect(given?.aborted).toBe(true)
    expect(hub.inspect()).toMatchObject({ streams: 0, pending: 0 })
  })

  test.each([
    ['answers', (settle: PromiseWithResolvers<{ state: number }>) => settle.resolve({ state: 1 })],
    ['fails', (settle: PromiseWithResolvers<{ state: number }>) => settle.reject(new Error('late'))],
  ])('that %s when its client has left does so to nobody', async (_, settleLate) => {
    const onError = vi.fn<(error: unknown) => void>()
    const onStreamEnd = vi.fn<(stream: { cause: string }) => void>()
    const hub = createHub({ observer: { onError, onStreamEnd } })
    const settle = Promise.withResolvers<{ state: number }>()
    const reader = await open(hub, '', { snapshot: () => settle.promise })
    await reader.event()
    await reader.cancel()
    settleLate(settle)
    await sleep(5)
    expect(onError).not.toHaveBeenCalled()
    expect(onStreamEnd.mock.calls).toMatchObject([[{ cause: 'cancelled' }]])
    expect(hub.inspect().streams).toBe(0)
  })

  test('may be given more time than timers have', async () => {
    const snapshot = async (): Promise<{ state: number }> => (await sleep(20), { state: 1 })
    const reader = await open(createHub(), '', { snapshot, snapshotTimeoutMs: 2 ** 40 })
    expect((await reader.events(2))[1]).toMatchObject({ type: 'millrace.snapshot', data: '{"state":1}' })
    await reader.cancel()
  })

  test('for a page comes with the position from before its read, or with its own', async () => {
    const hub = createHub()
    const one = await publish(hub, 1)
    const read = async (): Promise<{ state: number }> => {
      await publish(hub, 2)
      return { state: 2 }
    }
    expect(await readSnapshot(ticks, read, { hub })).toEqual({ state: 2, lastEventId: one })
    expect(await readSnapshot(ticks, () => ({ state: 1, lastEventId: one }), { hub })).toEqual({
      state: 1,
      lastEventId: one,
    })
  })
})
