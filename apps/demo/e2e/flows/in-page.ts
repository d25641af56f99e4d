import type { EnginePage } from '../../../../scripts/testing/browsers-page.ts'

/** How long a step of a main flow may take to show: for `expect.poll`. */
export const soon = { timeout: 20_000, interval: 50 }

/** Reads one of the counts on a page. */
export function countIn(page: EnginePage, name: string): Promise<number> {
  return page.evaluate(
    (which) => Number(document.querySelector(`[data-count="${which}"] dd`)?.textContent?.replaceAll(',', '')),
    name,
  )
}

/** Presses the button with these words; one that is disabled, or not there, is left alone. */
export function pressIn(page: EnginePage, words: string): Promise<void> {
  return page.evaluate(
    (which) =>
      Array.from(document.querySelectorAll('button'))
        .find(({ textContent, disabled }) => textContent === which && !disabled)
        ?.click(),
    words,
  )
}
