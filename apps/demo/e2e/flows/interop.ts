import { expect } from 'vitest'
import type { MainFlow } from '../main-flow.ts'
import { countIn, pressIn, soon } from './in-page.ts'

/** The hook reads a server that knows nothing of Millrace; the engine's own `EventSource` reads ours, and survives a cut. */
export const interop: MainFlow = {
  path: '/interop',
  async run(page) {
    const count = (name: string): Promise<number> => countIn(page, name)
    await expect.poll(() => count('Events'), soon).toBeGreaterThan(1)
    await expect.poll(() => count('Readings'), soon).toBeGreaterThan(4)
    await pressIn(page, 'Cut the connection')
    await expect.poll(() => count('Cuts survived'), soon).toBe(1)
    const readings = await count('Readings')
    await expect.poll(() => count('Readings'), soon).toBeGreaterThan(readings + 2)
    expect(await Promise.all(['Missed', 'Repeated'].map(count))).toEqual([0, 0])
    await expect.poll(() => count('Connections'), soon).toBeGreaterThan(1)
  },
}
