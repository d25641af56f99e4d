import { describe, expect, test, vi } from 'vitest'
import { withinTime } from './within-time.ts'

const never = new AbortController().signal

describe('a wait', () => {
  test('ends with what came in time, and sets no timer for what is there already', async () => {
    const timer = vi.spyOn(globalThis, 'setTimeout')
    expect(await withinTime(() => 1, { timeoutMs: 10, signal: never })).toEqual({
      outcome: 'settled',
      value: 1,
    })
    expect(timer).not.toHaveBeenCalled()
    timer.mockRestore()
    const later = withinTime(async () => 2, { timeoutMs: 1000, signal: never })
    expect(await later).toEqual({ outcome: 'settled', value: 2 })
  })

  test('throws what was thrown in time', async () => {
    const failing = (): Promise<never> => Promise.reject(new Error('on purpose'))
    await expect(withinTime(failing, { timeoutMs: 1000, signal: never })).rejects.toThrow('on purpose')
  })

  test('is over when the time is, or when nobody waits; what fails then is no unhandled rejection', async () => {
    const rejections: unknown[] = []
    const onRejection = (reason: unknown): void => void rejections.push(reason)
    process.on('unhandledRejection', onRejection)
    let fail: (error: Error) => void = () => undefined
    const failing = (): Promise<never> => new Promise((_, reject) => (fail = reject))
    expect(await withinTime(failing, { timeoutMs: 5, signal: never })).toEqual({ outcome: 'late' })
    fail(new Error('late'))
    const abort = new AbortController()
    const left = withinTime(failing, { timeoutMs: 60_000, signal: abort.signal })
    abort.abort()
    expect(await left).toEqual({ outcome: 'left' })
    fail(new Error('later'))
    await new Promise((resolve) => setTimeout(resolve, 5))
    process.off('unhandledRejection', onRejection)
    expect(rejections).toEqual([])
  })

  test('begins nothing for who has left already', async () => {
    const work = vi.fn<() => number>()
    expect(await withinTime(work, { timeoutMs: 10, signal: AbortSignal.abort() })).toEqual({
      outcome: 'left',
    })
    expect(work).not.toHaveBeenCalled()
  })

  test('takes a time that is longer than timers count for a long one', async () => {
    const waited = withinTime(() => new Promise((resolve) => setTimeout(resolve, 10, 'there')), {
      timeoutMs: 2 ** 40,
      signal: never,
    })
    expect(await waited).toEqual({ outcome: 'settled', value: 'there' })
  })
})
