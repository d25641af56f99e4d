import type { Locator, Page } from 'playwright'

/** How long a page may take to show what another one did. */
export const soon = { timeout: 20_000, interval: 50 }

/** A text that no other test says. */
export function unheardOf(words: string): string {
  return `${words} ${crypto.randomUUID().slice(0, 8)}`
}

/** Waits until the page is connected. */
export async function connected(page: Page): Promise<void> {
  await page.getByText(/^Connected/).waitFor(soon)
}

/** A word on the form. Not the code of the page, which has the words, too. */
export function notice(page: Page, words: string | RegExp): Locator {
  return page.getByRole('status').getByText(words)
}

/** Says something in the room that is seen. */
export async function say(page: Page, text: string): Promise<void> {
  const message = page.getByLabel('Message', { exact: true })
  await message.fill(text)
  await message.press('Enter')
}

/** What was said in the room that is seen. */
export async function textsOf(page: Page): Promise<string[]> {
  return page.locator('[data-message] p:visible').allTextContents()
}
