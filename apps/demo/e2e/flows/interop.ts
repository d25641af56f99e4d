import { expect } from 'vitest'
import type { MainFlow } from '../main-flow.ts'

const soon = { timeout: 20_000, interval: 50 }

/** The hook reads a server that knows nothing of Millrace; the engine's own `EventSource` reads ours, and survives a cut. */
export const interop: MainFlow = {
  path: '/interop',
  async run(page) {
    const count = (name: string): Promise<number> =>
      page.evaluate(
        (which) => Number(document.querySelector(`[data-count="${which}"] dd`)?.textContent),
        name,
      )
    await expect.poll(() => count('Events'), soon).toBeGreaterThan(1)
    await expect.poll(() => count('Readings'), soon).toBeGreaterThan(4)
    await page.evaluate(() =>
      Array.from(document.querySelectorAll('button'))
        .find(({ textContent }) => textContent === 'Cut the connection')
        ?.click(),
    )
    await expect.poll(() => count('Cuts survived'), soon).toBe(1)
    const readings = await count('Readings')
    await expect.poll(() => count('Readings'), soon).toBeGreaterThan(readings + 2)
    expect(await Promise.all(['Missed', 'Repeated'].map(count))).toEqual([0, 0])
    await expect.poll(() => count('Connections'), soon).toBeGreaterThan(1)
  },
}
