import { expect } from 'vitest'
import type { MainFlow } from '../main-flow.ts'
import { soon } from './in-page.ts'

/** A cut costs neither client a number; a trim costs both as many as they are told. Among several instances the page says why there is no lab. */
export const lab: MainFlow = {
  path: '/lab',
  async run(page) {
    const text = (): Promise<string> => page.evaluate(() => document.querySelector('main')?.textContent ?? '')
    const counts = (name: string): Promise<number[]> =>
      page.evaluate(
        (which) =>
          Array.from(document.querySelectorAll(`[data-count="${which}"] dd`), (count) =>
            Number(count.textContent?.replaceAll(',', '')),
          ),
        name,
      )
    const press = (button: string): Promise<void> =>
      page.evaluate(
        (which) => document.querySelector<HTMLElement>(`[data-button="${which}"] button`)?.click(),
        button,
      )
    const outcomes = (button: string): Promise<string[]> =>
      page.evaluate(
        (which) =>
          Array.from(
            document.querySelectorAll(`[data-button="${which}"] dd`),
            ({ textContent }) => textContent ?? '',
          ),
        button,
      )
    const bothEndIn = async (button: string, pattern: RegExp): Promise<void> => {
      await expect
        .poll(async () => (await outcomes(button)).filter((words) => pattern.test(words)).length, soon)
        .toBe(2)
    }

    await expect.poll(text, soon).toMatch(/Break it|runs on several/)
    if (/runs on several/.test(await text())) return
    await expect.poll(async () => Math.min(...(await counts('Received'))), soon).toBeGreaterThan(10)
    await press('cut')
    await bothEndIn('cut', /^Came back: .* none missing, none twice$/)
    await press('trim')
    await bothEndIn('trim', /^Told of a gap of (\d+); by the numbers \1 are missing$/)
    expect(await counts('Missing, untold')).toEqual([0, 0])
    expect(await counts('Repeated')).toEqual([0, 0])
  },
}
