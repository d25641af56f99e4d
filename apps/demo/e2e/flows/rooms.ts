import { expect } from 'vitest'
import type { MainFlow } from '../main-flow.ts'
import { soon } from './in-page.ts'

/** What is said appears once, in another room it does not, and it is there when one returns. */
export const rooms: MainFlow = {
  path: '/rooms/lobby',
  async run(page) {
    const text = `hello ${crypto.randomUUID()}`
    const copies = (): Promise<number> =>
      page.evaluate(
        (words) =>
          Array.from(document.querySelectorAll('[data-message] p')).filter(
            (said) => said.textContent === words && said.getClientRects().length > 0,
          ).length,
        text,
      )
    const goTo = (name: string): Promise<void> =>
      page.evaluate(
        (which) =>
          Array.from(document.querySelectorAll<HTMLAnchorElement>('nav[aria-label=Rooms] a'))
            .find((link) => link.textContent === which && link.getClientRects().length > 0)
            ?.click(),
        name,
      )
    const heading = (): Promise<string | undefined> =>
      page.evaluate(
        () =>
          Array.from(document.querySelectorAll('h1')).find((title) => title.getClientRects().length > 0)
            ?.textContent ?? '',
      )
    const status = (): Promise<string> =>
      page.evaluate(() => document.querySelector('[data-readers]')?.parentElement?.textContent ?? '')

    await expect.poll(status, soon).toContain('Connected')
    // Twice, as an impatient visitor does.
    await page.evaluate((words) => {
      const input = document.querySelector<HTMLInputElement>('input[name=text]')
      if (!input) throw new Error('there is no form')
      // React hears of a change by the setter that the platform gave the element.
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, words)
      input.dispatchEvent(new Event('input', { bubbles: true }))
      input.form?.requestSubmit()
      input.form?.requestSubmit()
    }, text)
    await expect.poll(copies, soon).toBe(1)
    await goTo('Workshop')
    await expect.poll(heading, soon).toBe('Workshop')
    await expect.poll(copies, soon).toBe(0)
    await goTo('Lobby')
    await expect.poll(heading, soon).toBe('Lobby')
    await expect.poll(copies, soon).toBe(1)
  },
}
