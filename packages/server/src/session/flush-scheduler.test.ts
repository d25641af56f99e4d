import { describe, expect, test, vi } from 'vitest'
import { type Flushable, FlushScheduler } from './flush-scheduler.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A target that notes its turn, and takes its time. */
function target(flushed: string[], name: string, busyMs = 0): Flushable {
  return {
    flush: () => {
      flushed.push(name)
      const endsMs = performance.now() + busyMs
      while (performance.now() < endsMs);
    },
  }
}

describe('a flush scheduler', () => {
  test('flushes after the tick, in the order in which they asked', async () => {
    const flushed: string[] = []
    const scheduler = new FlushScheduler()
    for (const name of ['a', 'b', 'c']) scheduler.schedule(target(flushed, name))
    await Promise.resolve()
    expect(flushed).toEqual([])
    await turn()
    expect(flushed).toEqual(['a', 'b', 'c'])
  })

  test('lets others have their turn in a long row', async () => {
    const flushed: string[] = []
    const scheduler = new FlushScheduler()
    for (let n = 0; n < 320; n++) scheduler.schedule(target(flushed, `${n}`, 0.25))
    const turns: number[] = []
    while (flushed.length < 320) {
      await turn()
      turns.push(flushed.length)
    }
    // 80 ms in all, 5 ms at a time.
    expect(turns.length).toBeGreaterThanOrEqual(10)
    expect(flushed).toEqual(Array.from({ length: 320 }, (_, n) => `${n}`))
  })

  test('asks no more than some hundred to hand on before others have their turn, however soon each has', async () => {
    const flushed: string[] = []
    const scheduler = new FlushScheduler()
    for (let n = 0; n < 1000; n++) scheduler.schedule(target(flushed, `${n}`))
    const turns: number[] = []
    while (flushed.length < 1000) {
      await turn()
      turns.push(flushed.length - turns.reduce((sum, count) => sum + count, 0))
    }
    expect(Math.max(...turns)).toBeLessThanOrEqual(256)
    expect(flushed).toEqual(Array.from({ length: 1000 }, (_, n) => `${n}`))
  })

  test('flushes behind the others who asks while others are flushed', async () => {
    const flushed: string[] = []
    const scheduler = new FlushScheduler()
    scheduler.schedule({
      flush: () => {
        flushed.push('a')
        scheduler.schedule(target(flushed, 'late'))
      },
    })
    scheduler.schedule(target(flushed, 'b'))
    await turn()
    expect(flushed).toEqual(['a', 'b', 'late'])
  })

  test('lets others have their turn though somebody asks again and again', async () => {
    const flushed: string[] = []
    const scheduler = new FlushScheduler()
    const insatiable = {
      flush: () => {
        flushed.push('again')
        if (flushed.length < 1e6) scheduler.schedule(insatiable)
      },
    }
    scheduler.schedule(insatiable)
    await turn()
    expect(flushed.length).toBeLessThan(1e6)
    scheduler.schedule(target(flushed, 'other'))
    await turn()
    expect(flushed).toContain('other')
    flushed.length = 1e6
  })

  test('flushes the others, then and later, when a target throws', async () => {
    const thrown = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => undefined)
    const flushed: string[] = []
    const scheduler = new FlushScheduler()
    scheduler.schedule({
      flush: () => {
        throw new Error('broken')
      },
    })
    scheduler.schedule(target(flushed, 'a'))
    await turn()
    scheduler.schedule(target(flushed, 'b'))
    await turn()
    expect(flushed).toEqual(['a', 'b'])
    expect(thrown.mock.calls.map(([rethrow]) => rethrow)).toEqual([expect.toSatisfy(throwsBroken)])
    thrown.mockRestore()
  })
})

function throwsBroken(task: () => void): boolean {
  try {
    task()
    return false
  } catch (error) {
    return error instanceof Error && error.message === 'broken'
  }
}
