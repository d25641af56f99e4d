import { type Engine, ANSWERS_WITHIN_MS, createPage, viewport } from './browsers-page.ts'
import { startChromium } from './start-chromium.ts'

/** Starts Chromium, driven by Playwright. Each page has a profile of its own. */
export async function launchChromium(): Promise<Engine> {
  const browser = await startChromium()
  return {
    async newPage(url) {
      const context = await browser.newContext({ viewport })
      const page = await context.newPage()
      await page.goto(url, { timeout: ANSWERS_WITHIN_MS })
      return createPage({
        run: (expression) => page.evaluate(expression),
        screenshot: async (path) => void (await page.screenshot({ path })),
        close: () => context.close(),
      })
    },
    close: () => browser.close(),
  }
}
