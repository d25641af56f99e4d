import { chromium } from 'playwright'
import { args, executablePath } from '../../../scripts/testing/chromium.ts'

/** What a page cost the browser's renderer, in seconds of its main thread. */
export interface RendererSeconds {
  /** All tasks. */
  readonly tasks: number
  /** Scripts among them. */
  readonly scripts: number
}

/** A page of a real browser, under measurement. */
export interface MeasuredPage {
  /** Calls a function that the page has put on `globalThis`, and waits for what it returns. */
  readonly call: <Result>(name: string, argument: unknown) => Promise<Result>
  /** What the page cost so far. */
  readonly seconds: () => Promise<RendererSeconds>
  /** Closes page and browser. */
  readonly close: () => Promise<void>
}

/** Opens a page in a Chromium of its own, the one that tests run in. */
export async function openMeasuredPage(url: string): Promise<MeasuredPage> {
  const browser = await chromium.launch({ executablePath: await executablePath(), args })
  const context = await browser.newContext()
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Performance.enable')
  await page.goto(url)
  return {
    call: (name, argument) =>
      page.evaluate(
        ([name, argument]) =>
          (globalThis as unknown as Record<string, (argument: unknown) => never>)[name]?.(argument),
        [name, argument] as const,
      ) as Promise<never>,
    async seconds() {
      const { metrics } = await session.send('Performance.getMetrics')
      const valueOf = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? 0
      return { tasks: valueOf('TaskDuration'), scripts: valueOf('ScriptDuration') }
    },
    close: () => browser.close(),
  }
}
