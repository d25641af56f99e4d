import { EventStreamError, defineStream } from '@millrace/core'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { createHub, ticks } from '../../test/create-hub.ts'
import { memoryBackplane } from '../log/memory-backplane.ts'
import type { Hub } from './hub.ts'

const publish = (hub: Hub, n: number) => hub.publish(ticks, { type: 'tick', data: { n } })

describe('a subscription', () => {
  test('hears what is published once it has joined, also before its loop begins', async () => {
    const hub = createHub()
    const subscription = hub.subscribe(ticks)
    await new Promise((resolve) => setTimeout(resolve))
    await publish(hub, 1)
    expect((await subscription.next()).value).toMatchObject({ type: 'tick', data: { n: 1 }, replayed: false })
    await subscription.return()
  })

  test('hears all behind a cursor that was read before it was made', async () => {
    const hub = createHub()
    const subscription = hub.subscribe(ticks, { lastEventId: await hub.lastEventId(ticks) })
    await publish(hub, 1)
    expect((await subscription.next()).value).toMatchObject({ type: 'tick', data: { n: 1 } })
    await subscription.return()
  })

  test.each([
    ['return()', (subscription: { return(): unknown }) => subscription.return()],
    ['its signal', (_: unknown, abort: AbortController) => abort.abort()],
    ['its hub', (_: unknown, __: unknown, hub: Hub) => hub.close()],
  ])('that waits is ended at once by %s', { timeout: 2000 }, async (_, end) => {
    const hub = createHub()
    const abort = new AbortController()
    const subscription = hub.subscribe(ticks, { signal: abort.signal })
    const next = subscription.next()
    await new Promise((resolve) => setTimeout(resolve, 5))
    await end(subscription, abort, hub)
    expect((await next).done).toBe(true)
    expect((await subscription.next()).done).toBe(true)
  })

  test('that has yet to join is ended by its hub as any other', async () => {
    const hub = createHub()
    const subscription = hub.subscribe(ticks)
    await hub.close()
    expect(await subscription.next()).toEqual({ done: true, value: undefined })
  })

  test('that cannot join says why', async () => {
    const backplane = memoryBackplane()
    const hub = createHub({ backplane })
    vi.spyOn(backplane, 'read').mockRejectedValue(new EventStreamError('unavailable', 'away'))
    await expect(hub.subscribe(ticks).next()).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('that is ended again and again takes the channel from nobody else', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const hub = createHub()
    const [other, ended] = [hub.subscribe(ticks), hub.subscribe(ticks)]
    for (let times = 0; times < 3; times++) await ended.return()
    // A channel that nobody uses any more is let go of after some seconds.
    await vi.advanceTimersByTimeAsync(10_000)
    await publish(hub, 1)
    expect((await other.next()).value).toMatchObject({ data: { n: 1 } })
    await other.return()
  })

  test('that is slower than the publisher reads the log, and misses nothing', async () => {
    const hub = createHub({ history: { maxEvents: 10_000 } })
    const subscription = hub.subscribe(ticks)
    await new Promise((resolve) => setTimeout(resolve))
    for (let n = 1; n <= 5000; n++) await publish(hub, n)
    for (let n = 1; n <= 5000; n++) expect((await subscription.next()).value).toMatchObject({ data: { n } })
    await subscription.return()
  })

  test('holds no more bytes than its log, however large events are', async () => {
    const hub = createHub({ history: { maxBytes: 20_000 } })
    const subscription = hub.subscribe(ticks)
    await new Promise((resolve) => setTimeout(resolve))
    for (let n = 1; n <= 100; n++) {
      await hub.publish(ticks, { type: 'tick', data: { n, padding: 'x'.repeat(3000) } as { n: number } })
    }
    const heard: unknown[] = []
    for await (const item of subscription) {
      heard.push(item.type === 'tick' ? item.data.n : item.data)
      if (item.type === 'tick' && item.data.n === 100) break
    }
    // What waited for it; then the log, as far as that reaches back.
    expect(heard).toEqual([1, 2, 3, { reason: 'trimmed', missed: 94 }, 98, 99, 100])
  })

  test('leaves out data of another contract, reports it, and harms nobody', async () => {
    const onError = vi.fn<(error: unknown) => void>()
    const hub = createHub({ observer: { onError } })
    const strict = defineStream('ticks', { events: { tick: z.object({ n: z.number().max(5) }) } })
    const subscription = hub.subscribe(strict)
    const other = hub.subscribe(ticks)
    await new Promise((resolve) => setTimeout(resolve))
    await publish(hub, 9)
    await publish(hub, 3)
    expect((await subscription.next()).value).toMatchObject({ data: { n: 3 } })
    expect((await other.next()).value).toMatchObject({ data: { n: 9 } })
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: 'invalid-data' }))
    await Promise.all([subscription.return(), other.return()])
  })
})
