import type { Page } from 'playwright'
import { complaintsOf } from '../testing/complaints.ts'
import { startChromium } from '../testing/start-chromium.ts'

/** Opens a page in Chromium, and hands it to `check`. @throws {Error} If the console has an error or a warning at the end. */
export async function look(url: string, check: (page: Page) => Promise<void>): Promise<void> {
  const browser = await startChromium()
  try {
    const page = await browser.newPage()
    const complaints = complaintsOf(page)
    await page.goto(url)
    await check(page)
    if (complaints.length > 0) throw new Error(`The console of ${url} says:\n${complaints.join('\n')}`)
  } finally {
    await browser.close()
  }
}

/** Waits until an element says what it should. @throws {Error} If it does not within ten seconds. */
export async function says(page: Page, selector: string, text: string): Promise<void> {
  await page
    .locator(selector)
    .filter({ hasText: text })
    .waitFor({ timeout: 10_000 })
    .catch(async (error: unknown) => {
      throw new Error(`${selector} says "${await page.locator(selector).textContent()}", and not "${text}"`, {
        cause: error,
      })
    })
}
