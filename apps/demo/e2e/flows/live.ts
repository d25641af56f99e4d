import { expect } from 'vitest'
import type { MainFlow } from '../main-flow.ts'
import { countIn, pressIn, soon } from './in-page.ts'

/** Readings come; a cut is survived, and nothing is missed or repeated: at four events a second, and at a thousand. */
export const live: MainFlow = {
  path: '/',
  async run(page) {
    const count = (name: string): Promise<number> => countIn(page, name)
    await expect.poll(() => count('Received'), soon).toBeGreaterThan(4)
    const press = (words: string): Promise<void> => pressIn(page, words)
    await press('Cut the connection')
    await expect.poll(() => count('Cuts survived'), soon).toBe(1)
    const received = await count('Received')
    await expect.poll(() => count('Received'), soon).toBeGreaterThan(received)
    expect(await Promise.all(['Missed', 'Repeated', 'Gaps told'].map(count))).toEqual([0, 0, 0])

    await press('Start a thousand events a second')
    await expect.poll(() => count('Events'), soon).toBeGreaterThan(500)
    await press('Drop the connection')
    await expect.poll(() => count('Events'), soon).toBeGreaterThan(1500)
    await press('Stop')
    expect(await Promise.all(['Lost', 'Repeats'].map(count))).toEqual([0, 0])
  },
}
