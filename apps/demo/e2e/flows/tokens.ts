import { expect } from 'vitest'
import type { MainFlow } from '../main-flow.ts'
import { countIn, pressIn, soon } from './in-page.ts'

/** An answer comes piece by piece and is done; the next one breaks off, is said to have, and is not asked again. */
export const tokens: MainFlow = {
  path: '/tokens',
  async run(page) {
    const press = (words: string): Promise<void> => pressIn(page, words)
    const outcome = (): Promise<string> =>
      page.evaluate(() => document.querySelector('p[data-status]')?.textContent ?? '')
    const count = (name: string): Promise<number> => countIn(page, name)
    // A click before the page has come to life does nothing.
    await expect.poll(() => press('Ask').then(outcome), soon).toBe('Answering')
    await expect.poll(() => count('Pieces'), soon).toBeGreaterThan(10)
    await expect.poll(outcome, soon).toMatch(/^Done/)
    await press('Ask')
    await expect.poll(() => count('Pieces'), soon).toBeGreaterThan(2)
    await press('Lose the connection')
    await expect.poll(outcome, soon).toMatch(/^Broken off/)
    expect(await count('Requests sent')).toBe(1)
  },
}
