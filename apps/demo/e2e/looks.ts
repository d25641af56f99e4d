import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { BrowserContextOptions, Page } from 'playwright'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** How people look at a page: in both themes, on a desktop and on a phone. For `test.for`. */
export const looks: readonly (readonly [string, BrowserContextOptions])[] = [
  ['light, desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }],
  ['dark, desktop', { colorScheme: 'dark', viewport: { width: 1280, height: 800 } }],
  ['light, phone', { colorScheme: 'light', viewport: { width: 360, height: 740 } }],
  ['dark, phone', { colorScheme: 'dark', viewport: { width: 390, height: 844 } }],
]

/**
 * Says what is wrong with how a page looks just now: what axe finds serious or critical, and whether it is wider than the
 * screen. Empty where all is well.
 */
export async function faultsOf(page: Page): Promise<string[]> {
  await page.addScriptTag({ content: await readFile(axe, 'utf8') })
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  )
  const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
  return [
    ...violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
    ...(content > screen ? [`the page is ${content - screen} pixels too wide`] : []),
  ]
}
