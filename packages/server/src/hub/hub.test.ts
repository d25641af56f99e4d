import { type Channel, defineStream } from '@millrace/core'
import { describe, expect, test, vi } from 'vitest'
import { BlockReader, streamRequest } from '../../test/block-reader.ts'
import { createHub, ticks } from '../../test/create-hub.ts'
import { memoryBackplane } from '../log/memory-backplane.ts'
import { toResponse } from '../response/to-response.ts'
import { Hub } from './hub.ts'

describe('publish', () => {
  test('refuses an event over the limit, counted in bytes, and adds nothing', async () => {
    const hub = createHub({ maxEventBytes: 100 })
    const before = await hub.lastEventId(ticks)
    const large = { type: 'tick', data: { n: 1, text: 'é'.repeat(45) } } as never
    await expect(hub.publish(ticks, large)).rejects.toMatchObject({
      code: 'limit-exceeded',
      message: expect.stringMatching(/has 107 bytes; maxEventBytes is 100/),
    })
    expect(await hub.lastEventId(ticks)).toBe(before)
  })

  test('names an id that is none', async () => {
    const hub = createHub()
    for (const id of ['', 'a b', 'a.b', 'x'.repeat(65)]) {
      await expect(hub.publish(ticks, { type: 'tick', data: { n: 1 }, id })).rejects.toThrow(
        /^publish: id must be/,
      )
    }
  })

  test('tells an observer, and names the position of a repeat', async () => {
    const onPublish = vi.fn<(event: { readonly repeated: boolean }) => void>()
    const hub = createHub({ observer: { onPublish } })
    const first = await hub.publish(ticks, { type: 'tick', data: { n: 1 }, id: 'a' })
    const again = await hub.publish(ticks, { type: 'tick', data: { n: 2 }, id: 'a' })
    expect(again).toEqual({ lastEventId: first.lastEventId, repeated: true })
    expect(onPublish.mock.calls.map(([{ repeated }]) => repeated)).toEqual([false, true])
  })
})

describe('revoke', () => {
  test('ends streams of every instance on the same backplane', async () => {
    const backplane = memoryBackplane()
    const [here, there] = [createHub({ backplane }), createHub({ backplane })]
    const authorize = () => ({ tags: ['team-1'] })
    const reader = new BlockReader(await toResponse(streamRequest(), ticks, { hub: there, authorize }))
    await reader.events(2)
    expect(await here.revoke({ tag: 'team-1' })).toBe(0)
    expect(await reader.rest()).toEqual([])
    expect(there.inspect().streams).toBe(0)
  })
})

test('keeps a channel’s history, whatever is said on channels that keep theirs for less', async () => {
  const hub = createHub()
  const first = await hub.publish(ticks, { type: 'tick', data: { n: 1 } })
  await hub.publish(ticks, { type: 'tick', data: { n: 2 } })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 120_000 })
  try {
    for (let times = 0; times < 3; times++) await hub.revoke({ tag: 'nobody' })
    const reader = new BlockReader(await toResponse(streamRequest(first.lastEventId), ticks, { hub }))
    const [opened, two] = await reader.events(2)
    expect(JSON.parse(opened?.data ?? '')).toMatchObject({ resume: 'resumed' })
    expect(two?.data).toBe('{"n":2}')
  } finally {
    vi.useRealTimers()
  }
})

test('counts channels whose names mean something to objects', async () => {
  const hub = createHub()
  const names = ['constructor', '__proto__']
  for (const name of names) await toResponse(streamRequest(), defineStream<object>(name) as Channel, { hub })
  expect(Object.entries(hub.inspect().channels)).toEqual([
    ['constructor', 1],
    ['__proto__', 1],
  ])
})

describe('drain', () => {
  test('counts what it moved, what finished and what it cut, and leaves no timer', async () => {
    const hub = createHub()
    const open = (finishes: boolean) =>
      hub.respondOnce(
        streamRequest('', { method: 'POST' }),
        async function* ({ signal }) {
          yield { data: 1 }
          if (!finishes) await new Promise((resolve) => signal.addEventListener('abort', resolve))
        },
        { params: undefined },
      )
    const responses = [await toResponse(streamRequest(), ticks, { hub }), await open(true), await open(false)]
    const texts = responses.map((response) => response.text())
    expect(await hub.drain({ windowMs: 60 })).toEqual({ moved: 1, finished: 1, cut: 1 })
    expect((await Promise.all(texts))[0]).toMatch(/retry: \d+\n\n$/)
    await expect(hub.drain({ windowMs: -1 })).rejects.toThrow(/windowMs/)
  })

  test('gives a window of years its time', async () => {
    const hub = createHub()
    let finish: () => void = () => undefined
    const told = new Promise<void>((resolve) => (finish = resolve))
    const response = await hub.respondOnce(
      streamRequest('', { method: 'POST' }),
      async function* () {
        await told
        yield { data: 1 }
      },
      { params: undefined },
    )
    const text = response.text()
    const drained = hub.drain({ windowMs: 2 ** 40 })
    await new Promise((resolve) => setTimeout(resolve, 20))
    finish()
    expect(await drained).toEqual({ moved: 0, finished: 1, cut: 0 })
    expect(await text).toContain('millrace.end')
  })

  test('lets a second one see what is left, and cut it at once', async () => {
    const hub = createHub()
    const response = await hub.respondOnce(
      streamRequest('', { method: 'POST' }),
      async function* ({ signal }) {
        yield { data: 1 }
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      },
      { params: undefined },
    )
    const text = response.text()
    const first = hub.drain({ windowMs: 60_000 })
    expect(await hub.drain({ windowMs: 0 })).toEqual({ moved: 0, finished: 0, cut: 1 })
    // Nothing is left for the first to wait for, however long its window.
    expect(await first).toMatchObject({ moved: 0, cut: 0 })
    expect(await text).not.toContain('millrace.end')
    expect(await hub.drain()).toEqual({ moved: 0, finished: 0, cut: 0 })
  })

  test('takes every window that a hub can be made with', async () => {
    expect(() => new Hub({ drainMs: 2500.5 })).toThrow(
      /^drainMs must be a whole number, 0 or above; got 2500.5$/,
    )
    expect(await createHub({ drainMs: 0 }).drain()).toEqual({ moved: 0, finished: 0, cut: 0 })
  })
})

describe('close', () => {
  test('called again waits for the same end', async () => {
    const backplane = memoryBackplane()
    let letGo: () => void = () => undefined
    const close = vi.spyOn(backplane, 'close').mockReturnValue(new Promise((resolve) => (letGo = resolve)))
    const hub = new Hub({ backplane })
    const closed = vi.fn<() => void>()
    const both = Promise.all([hub.close(), hub.close().then(closed)])
    await new Promise((resolve) => setImmediate(resolve))
    expect(closed).not.toHaveBeenCalled()
    letGo()
    await both
    expect(close).toHaveBeenCalledTimes(1)
  })

  test('ends although the backplane does not let go, and says so', async () => {
    const backplane = memoryBackplane()
    vi.spyOn(backplane, 'close').mockReturnValue(new Promise(() => undefined))
    const hub = new Hub({ backplane, observer: { onError: () => undefined } })
    const reader = new BlockReader(await toResponse(streamRequest(), ticks, { hub }))
    await reader.events(2)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const closing = hub.close().catch((error: unknown) => error)
      await vi.advanceTimersByTimeAsync(10_000)
      expect(await closing).toMatchObject({ code: 'unavailable' })
    } finally {
      vi.useRealTimers()
    }
    // Its clients did not wait for that.
    expect((await reader.rest()).at(-1)).toMatchObject({ kind: 'retry' })
  })
})
