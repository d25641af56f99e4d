import { existsSync } from 'node:fs'
import puppeteer from 'puppeteer-core'
import { boundToThisProcess } from './bound-process.ts'
import { type Engine, ANSWERS_WITHIN_MS, createPage, viewport } from './browsers-page.ts'

const FIREFOX = '/usr/bin/firefox-esr'

/** Why Firefox cannot run here, if it cannot. */
export function missingFirefox(): string | undefined {
  return existsSync(FIREFOX) ? undefined : `no ${FIREFOX}: apt-get install firefox-esr`
}

/** Starts Firefox, driven by Puppeteer over WebDriver BiDi (Playwright needs a Firefox of its own). Each page has a profile of its own. */
export async function launchFirefox(): Promise<Engine> {
  const { command, args } = boundToThisProcess(FIREFOX, ['--headless', '--no-remote', 'about:blank'], {
    signal: 'TERM',
  })
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: command,
    // Puppeteer's own would stand before the path; it adds its port and profile to these.
    ignoreDefaultArgs: true,
    args,
    defaultViewport: viewport,
    timeout: ANSWERS_WITHIN_MS,
    protocolTimeout: ANSWERS_WITHIN_MS,
  })
  return {
    async newPage(url) {
      const context = await browser.createBrowserContext()
      // A tab behind another one is hidden, and its timers are slow.
      const page = await context.newPage({ type: 'window' })
      await page.goto(url, { timeout: ANSWERS_WITHIN_MS })
      return createPage({
        run: (expression) => page.evaluate(expression),
        screenshot: async (path) => void (await page.screenshot({ path: path as `${string}.png` })),
        close: () => context.close(),
      })
    },
    close: () => browser.close(),
  }
}
