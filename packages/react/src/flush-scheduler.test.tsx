import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createFlushScheduler } from './flush-scheduler.ts'

const FAKED = [
  'setTimeout',
  'clearTimeout',
  'requestAnimationFrame',
  'cancelAnimationFrame',
  'performance',
] as const

beforeEach(() => {
  vi.useFakeTimers({ toFake: [...FAKED] })
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** Lets microtasks run. */
async function endOfTask(): Promise<void> {
  await Promise.resolve()
}

test('flushes at the end of the task after idle, once for any number of requests', async () => {
  const scheduler = createFlushScheduler()
  const flush = vi.fn<() => void>()
  scheduler.schedule(flush)
  scheduler.schedule(flush)
  expect(flush).not.toHaveBeenCalled()
  await endOfTask()
  expect(flush).toHaveBeenCalledOnce()
})

test('flushes with the next frame what comes soon after a flush', async () => {
  const scheduler = createFlushScheduler()
  const flush = vi.fn<() => void>()
  scheduler.schedule(flush)
  await endOfTask()
  for (let each = 0; each < 100; each++) {
    scheduler.schedule(flush)
    await endOfTask()
  }
  expect(flush).toHaveBeenCalledTimes(1)
  vi.advanceTimersToNextFrame()
  expect(flush).toHaveBeenCalledTimes(2)
})

test('flushes at once again after a frame without news', async () => {
  const scheduler = createFlushScheduler()
  const flush = vi.fn<() => void>()
  scheduler.schedule(flush)
  await endOfTask()
  vi.advanceTimersToNextFrame()
  scheduler.schedule(flush)
  await endOfTask()
  expect(flush).toHaveBeenCalledTimes(2)
})

test('asks for no frames while nothing happens', async () => {
  const scheduler = createFlushScheduler()
  scheduler.schedule(vi.fn<() => void>())
  await endOfTask()
  vi.advanceTimersToNextFrame()
  expect(vi.getTimerCount()).toBe(0)
})

test('flushes every 250 ms while the document is hidden, when no frame comes', async () => {
  vi.stubGlobal('requestAnimationFrame', () => 1)
  const scheduler = createFlushScheduler()
  const flush = vi.fn<() => void>()
  scheduler.schedule(flush)
  await endOfTask()
  scheduler.schedule(flush)
  vi.advanceTimersByTime(249)
  expect(flush).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(1)
  expect(flush).toHaveBeenCalledTimes(2)
})

test('does not wait for a frame that was asked for before the document was hidden', async () => {
  vi.stubGlobal('requestAnimationFrame', () => 1)
  const scheduler = createFlushScheduler()
  const flush = vi.fn<() => void>()
  scheduler.schedule(flush)
  await endOfTask()
  scheduler.schedule(flush)
  vi.advanceTimersByTime(250)
  expect(flush).toHaveBeenCalledTimes(2)
})

test.each(['without animation frames', 'without a document'])('flushes by a timer %s', async (platform) => {
  vi.stubGlobal('requestAnimationFrame', undefined)
  if (platform === 'without a document') vi.stubGlobal('document', undefined)
  const scheduler = createFlushScheduler()
  const flush = vi.fn<() => void>()
  scheduler.schedule(flush)
  await endOfTask()
  scheduler.schedule(flush)
  vi.advanceTimersByTime(16)
  expect(flush).toHaveBeenCalledTimes(2)
})

test('flushes with the next frame where the clock of the last one is gone, as after a test with fake timers', async () => {
  const scheduler = createFlushScheduler()
  const [first, second] = [vi.fn<() => void>(), vi.fn<() => void>()]
  scheduler.schedule(first)
  await endOfTask()
  scheduler.schedule(first)
  vi.useRealTimers()
  scheduler.schedule(second)
  await vi.waitFor(() => expect(second).toHaveBeenCalledOnce())
  expect(first).toHaveBeenCalledTimes(2)
})

test('flushes at once where a timer is late by far, as those of hidden documents may be', async () => {
  const scheduler = createFlushScheduler()
  const flush = vi.fn<() => void>()
  scheduler.schedule(flush)
  await endOfTask()
  vi.useRealTimers()
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 1000)
  scheduler.schedule(flush)
  await endOfTask()
  expect(flush).toHaveBeenCalledTimes(2)
})
