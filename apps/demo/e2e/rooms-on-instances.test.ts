import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startChromium } from '../../../scripts/testing/start-chromium.ts'
import { demoOnRedis } from './demo-on-redis.ts'
import { connected, notice, say, soon, textsOf, unheardOf } from './room-page.ts'

const demo = demoOnRedis()
let browser: Browser
beforeAll(async () => {
  browser = await startChromium()
})
afterAll(() => browser?.close())

test('what is said on one of two instances is heard on the other, both say who reads where, and what the store did not take is said', async () => {
  const [first, second] = await Promise.all(['1', '2'].map((instance) => openOn(instance)))
  if (!first || !second) throw new Error('there are two')
  const texts = [unheardOf('from one'), unheardOf('from two')]
  for (const [page, text] of [
    [first, texts[0]],
    [second, texts[1]],
  ] as const) {
    await say(page, text ?? '')
    for (const each of [first, second]) await expect.poll(() => textsOf(each), soon).toContain(text)
  }
  for (const page of [first, second]) {
    expect((await textsOf(page)).filter((text) => texts.includes(text))).toEqual(texts)
    await page.getByText('2 readers: 1 on instance 1, 1 on instance 2', { exact: true }).waitFor(soon)
  }

  await demo.redis.close()
  await say(first, unheardOf('to nobody'))
  await notice(
    first,
    /It was not sent: the store of this site cannot be reached|it may have been sent/,
  ).waitFor(soon)
})

/** Opens the lobby by an instance's own port. */
async function openOn(instance: string): Promise<Page> {
  const context = await browser.newContext()
  onTestFinished(() => context.close())
  const page = await context.newPage()
  await page.goto(`${await demo.urlOf(instance)}/rooms/lobby`)
  await connected(page)
  return page
}
