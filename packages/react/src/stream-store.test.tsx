import { expect, test, vi } from 'vitest'
import { seededWhole } from '../../../scripts/testing/seeded-random.ts'
import { block, openBlock, scriptedServer } from '../test/scripted-server.ts'
import { streamAddress } from './stream-address.ts'
import { createStreamObserver, type ObserverOptions } from './stream-observer.ts'
import { stores } from './stream-stores.ts'

// Everything but the hooks must work without React.
vi.mock('react', () => {
  throw new Error('React was loaded')
})

let realm = 0

function setUp(options: ObserverOptions = {}) {
  const server = scriptedServer()
  const address = streamAddress({ url: '/events', realm: ++realm })
  const observe = (more: ObserverOptions = {}) => {
    const given = { fetch: server.fetch, lingerMs: 0, ...options, ...more }
    const observer = createStreamObserver(address, given)
    return { ...observer, getSnapshot: () => observer.read(given) }
  }
  const isInUse = () => [...stores].some(({ key }) => key === address.key)
  return { server, observe, isInUse }
}

test('works without React', async () => {
  await expect(import('react')).rejects.toThrow(/./)
  const { server, observe, isInUse } = setUp()
  const observer = observe()
  const notify = vi.fn<() => void>()
  const unsubscribe = observer.subscribe(notify)
  await vi.waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('1')
  await vi.waitFor(() => expect(observer.getSnapshot()).toMatchObject({ data: '1', status: 'open' }))
  expect(notify).toHaveBeenCalled()
  unsubscribe()
  await vi.waitFor(() => expect(server.open).toHaveLength(0))
  await vi.waitFor(() => expect(isInUse()).toBe(false))
})

test('requests nothing when the last observer leaves before the task is over', async () => {
  const { server, observe, isInUse } = setUp()
  const observer = observe()
  observer.subscribe(vi.fn<() => void>())()
  observer.release()
  await vi.waitFor(() => expect(isInUse()).toBe(false))
  expect(server.exchanges).toHaveLength(0)
})

test('notifies 20 observers of 2,000 events no oftener than there are frames', async () => {
  const { server, observe } = setUp({
    initialValue: 0,
    reducer: (count) => Number(count) + 1,
  })
  const observers = Array.from({ length: 20 }, () => observe())
  const notify = vi.fn<() => void>()
  let frames = 0
  const countFrames = (): void => {
    frames++
    frame = requestAnimationFrame(countFrames)
  }
  let frame = requestAnimationFrame(countFrames)
  for (const observer of observers) observer.subscribe(notify)
  await vi.waitFor(() => expect(observers[0]?.getSnapshot().status).toBe('open'))
  notify.mockClear()
  frames = 0
  for (let each = 0; each < 2000; each++) {
    server.latest.send(String(each))
    if (each % 10 === 0) await new Promise((resolve) => setTimeout(resolve))
  }
  await vi.waitFor(() => {
    for (const observer of observers) expect(observer.getSnapshot().data).toBe(2000)
  })
  cancelAnimationFrame(frame)
  // One more than frames: the first event after idle is shown at once.
  expect(notify.mock.calls.length / 20).toBeLessThanOrEqual(frames + 1)
  expect(frames).toBeLessThan(2000)
})

test('hands an event that makes an observer join to those that were there, and to no other', async () => {
  const { server, observe } = setUp({
    initialValue: '',
    reducer: (text, event) => String(text) + String(event.data),
  })
  const late = observe()
  const first = observe({
    onEvent: ({ data }) => {
      if (data === 'a') late.subscribe(vi.fn<() => void>())
    },
  })
  first.subscribe(vi.fn<() => void>())
  await vi.waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('a', 'b')
  await vi.waitFor(() => expect(first.getSnapshot().data).toBe('ab'))
  expect(late.getSnapshot().data).toBe('b')
})

test('reads the same object for as long as nothing changes that was read', async () => {
  const { server, observe } = setUp({ initialValue: 0, reducer: (count) => count })
  const observer = observe()
  observer.subscribe(vi.fn<() => void>())
  await vi.waitFor(() => expect(observer.getSnapshot().status).toBe('open'))
  const snapshot = block('millrace.snapshot', { state: 5 }, 'e.1.t')
  server.latest.write(openBlock('fresh') + snapshot)
  await vi.waitFor(() => expect(observer.getSnapshot().data).toBe(5))
  const before = observer.getSnapshot()
  server.latest.write(snapshot)
  server.latest.write(': heartbeat\n\n')
  server.latest.send('an event that changes nothing but lastEvent, which nobody reads')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(observer.getSnapshot()).toBe(before)
  expect(before.lastEvent?.data).toMatch(/nobody reads/)
})

/** A server with a log: it replays what comes behind the id that a client sends. */
function logServer() {
  let length = 0
  const server = scriptedServer((exchange) => {
    const from = Number(exchange.headers.get('last-event-id') ?? length)
    for (let each = from + 1; each <= length; each++) exchange.write(entry(each))
    return undefined
  })
  return {
    server,
    publish() {
      length++
      for (const exchange of server.open) exchange.write(entry(length))
    },
    get length() {
      return length
    },
  }
}

function entry(number: number): string {
  return `id: ${number}\ndata: ${number}\n\n`
}

test.each([1, 2, 3, 4])(
  'folds lose and repeat nothing, however components come and go (seed %i)',
  async (seed) => {
    const roll = seededWhole(seed)
    const log = logServer()
    const { observe, isInUse } = setUp({
      fetch: log.server.fetch,
      initialValue: [],
      reducer: (all, { data }) => [...(all as number[]), Number(data)],
    })
    const components = Array.from({ length: 6 }, () => ({
      observer: observe({ lingerMs: roll(3) * 4 }),
      unsubscribe: undefined as (() => void) | undefined,
    }))
    for (let step = 0; step < 400; step++) {
      const component = components[roll(components.length)]
      if (component && roll(3) === 0) {
        component.unsubscribe?.()
        component.unsubscribe = component.unsubscribe
          ? undefined
          : component.observer.subscribe(() => undefined)
      }
      if (roll(60) === 0) component?.observer.getSnapshot().reconnect()
      if (roll(2) === 0) log.publish()
      if (roll(3) === 0) await new Promise((resolve) => setTimeout(resolve, roll(4)))
    }
    for (const component of components)
      component.unsubscribe ??= component.observer.subscribe(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 20))
    log.publish()
    await vi.waitFor(() => {
      for (const { observer } of components) {
        const folded = observer.getSnapshot().data as number[]
        const [first = 0] = folded
        expect(folded).toEqual(Array.from({ length: log.length - first + 1 }, (_, index) => first + index))
      }
    })
    for (const { unsubscribe } of components) unsubscribe?.()
    await vi.waitFor(() => expect(isInUse()).toBe(false))
    await vi.waitFor(() => expect(log.server.open).toHaveLength(0))
  },
)

test('keeps a connection for longer than timers can count', async () => {
  const { server, observe } = setUp()
  const observer = observe({ lingerMs: Number.POSITIVE_INFINITY })
  const unsubscribe = observer.subscribe(vi.fn<() => void>())
  await vi.waitFor(() => expect(server.open).toHaveLength(1))
  unsubscribe()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(server.open).toHaveLength(1)
  observer.release()
})
