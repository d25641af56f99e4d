import type { Page } from 'playwright'
import { expect } from 'vitest'

/** Reads one of the counts on the page. */
export async function countOnPage(page: Page, name: string): Promise<number> {
  // Pages that were left stay in the document for a while, hidden.
  const text = await page.locator(`[data-count="${name}"] dd:visible`).textContent()
  return Number(text?.replaceAll(',', ''))
}

/** Waits until five more readings came. */
export async function countGrows(page: Page): Promise<void> {
  const received = await countOnPage(page, 'Received')
  await expect.poll(() => countOnPage(page, 'Received'), { timeout: 10_000 }).toBeGreaterThan(received + 4)
}

/** Reads the counts that are 0 on a page that lost nothing. */
export async function lossesOnPage(page: Page): Promise<{ missed: number; repeated: number; gaps: number }> {
  const [missed, repeated, gaps] = await Promise.all(
    ['Missed', 'Repeated', 'Gaps told'].map((name) => countOnPage(page, name)),
  )
  return { missed: missed ?? NaN, repeated: repeated ?? NaN, gaps: gaps ?? NaN }
}

/**
 * Writes down the number of each reading that comes into the table, without the page's own counts: the table shows the fold,
 * the counts come from `onEvent`.
 */
export async function recordNumbers(page: Page): Promise<void> {
  await page.evaluate(() => {
    const recorded: number[] = []
    Object.assign(globalThis, { recorded })
    const look = (): void => {
      const rows = document.querySelectorAll<HTMLElement>('tr[data-n]')
      const shown = Array.from(rows, (row) => Number(row.dataset['n'])).reverse()
      // What came since the last look stands behind the last number that was written down.
      recorded.push(...shown.slice(shown.indexOf(recorded.at(-1) ?? -1) + 1))
    }
    look()
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributes: true })
  })
}

/** What {@link recordNumbers} wrote down so far. */
export function recordedNumbers(page: Page): Promise<number[]> {
  return page.evaluate(() => (globalThis as unknown as { recorded: number[] }).recorded)
}
