import { dirname } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { complaintsOf } from '../../../scripts/testing/complaints.ts'
import { startNextApp, type NextApp } from '../../../scripts/testing/next-app.ts'
import { startChromium } from '../../../scripts/testing/start-chromium.ts'

/** The demo's folder. */
export const demoFolder: string = dirname(import.meta.dirname)

/** The demo in production mode, and a Chromium that looks at it, for all tests of a file. */
export interface DemoInChromium {
  /** Its origin, such as `http://127.0.0.1:40123`. */
  readonly url: string
  readonly browser: Browser
  /** Opens a page in a context of its own, which is closed when the test has finished. */
  readonly open: (path: string, options?: BrowserContextOptions) => Promise<OpenPage>
}

/** A page that was opened. */
export interface OpenPage {
  readonly page: Page
  /** What the browser complained of so far: errors, and warnings on the console. */
  readonly complaints: readonly string[]
  /** Where it sent requests so far. */
  readonly requests: readonly URL[]
}

/** Has the demo and a Chromium started before the tests of this file, and ended after them. In memory, whatever this machine has. */
export function demoInChromium(): DemoInChromium {
  let app: NextApp | undefined
  let browser: Browser | undefined
  beforeAll(async () => {
    ;[app, browser] = await Promise.all([
      startNextApp(demoFolder, { env: { REDIS_URL: '' } }),
      startChromium(),
    ])
  })
  afterAll(async () => {
    await browser?.close()
    await app?.stop()
  })
  return {
    get url() {
      return started(app).url
    },
    get browser() {
      return started(browser)
    },
    async open(path, options) {
      const context = await started(browser).newContext(options)
      onTestFinished(() => context.close())
      const page = await context.newPage()
      const complaints = complaintsOf(page)
      const requests: URL[] = []
      page.on('request', (request) => requests.push(new URL(request.url())))
      await page.goto(new URL(path, started(app).url).href)
      return { page, complaints, requests }
    },
  }
}

function started<Thing>(thing: Thing | undefined): Thing {
  if (!thing) throw new Error('it is started before the tests, and not before')
  return thing
}
