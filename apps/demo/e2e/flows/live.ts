import { expect } from 'vitest'
import type { MainFlow } from '../main-flow.ts'

const soon = { timeout: 20_000, interval: 50 }

/** Readings come; a cut is survived, and nothing is missed or repeated. */
export const live: MainFlow = {
  path: '/',
  async run(page) {
    const count = (name: string): Promise<number> =>
      page.evaluate(
        (which) =>
          Number(document.querySelector(`[data-count="${which}"] dd`)?.textContent?.replaceAll(',', '')),
        name,
      )
    await expect.poll(() => count('Received'), soon).toBeGreaterThan(4)
    await page.evaluate(() =>
      Array.from(document.querySelectorAll('button'))
        .find(({ textContent }) => textContent === 'Cut the connection')
        ?.click(),
    )
    await expect.poll(() => count('Cuts survived'), soon).toBe(1)
    const received = await count('Received')
    await expect.poll(() => count('Received'), soon).toBeGreaterThan(received)
    expect(await Promise.all(['Missed', 'Repeated', 'Gaps told'].map(count))).toEqual([0, 0, 0])
  },
}
