import { parseEventStream } from '@millrace/core'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startChromium } from '../../../scripts/testing/start-chromium.ts'
import type { Reading } from '../lib/reading.ts'
import { countGrows, countOnPage, lossesOnPage } from './counts-on-page.ts'
import { startDemoCluster } from './demo-cluster.ts'
import { demoOnRedis } from './demo-on-redis.ts'

const BEHIND = /behind (http:\S+)/

test('several instances without a Redis are refused in plain words', async () => {
  const cluster = startDemoCluster('')
  const code = await cluster.ended
  expect(code).toBe(1)
  expect(cluster.output()).toContain('REDIS_URL does not say where that is')
})

describe('two instances on one Redis, behind one port', () => {
  const demo = demoOnRedis()
  let browser: Browser
  beforeAll(async () => {
    browser = await startChromium()
  })
  afterAll(() => browser?.close())

  test('the page goes on when the instance that serves it is killed in the middle of the stream', async () => {
    const { page } = await openLive()
    const offset = await receivedBeyondNumber(page)
    for (const cut of [1, 2]) {
      const killed = await instanceOf(page)
      process.kill(await pidOf(killed), 'SIGKILL')
      await expect.poll(() => countOnPage(page, 'Cuts survived'), { timeout: 20_000 }).toBe(cut)
      await page.getByRole('status').getByText('Connected').waitFor()
      expect(await instanceOf(page)).not.toBe(killed)
      await countGrows(page)
      expect(await lossesOnPage(page)).toEqual({ missed: 0, repeated: 0, gaps: 0 })
      // Not by the page's counting of numbers: as many readings came as there are numbers.
      await expect.poll(() => receivedBeyondNumber(page)).toBe(offset)
    }
    expect(await page.getByText(/^\d+ readings fetched after cuts$/).count()).toBe(1)
  })

  test('a thousand events a second go on at the other instance, none lost and none repeated', async () => {
    const { page } = await openLive()
    const [response] = await Promise.all([
      page.waitForResponse('**/api/wave'),
      page.getByRole('button', { name: 'Start a thousand events a second' }).click(),
    ])
    await expect.poll(() => countOnPage(page, 'Events'), { timeout: 20_000 }).toBeGreaterThan(1000)
    process.kill(await pidOf((await response.headerValue('x-instance')) ?? ''), 'SIGKILL')
    await page.waitForResponse('**/api/wave')
    const before = await countOnPage(page, 'Events')
    await expect.poll(() => countOnPage(page, 'Events'), { timeout: 20_000 }).toBeGreaterThan(before + 1000)
    expect(await countOnPage(page, 'Lost')).toBe(0)
    expect(await countOnPage(page, 'Repeats')).toBe(0)
  })

  test('a cut that one instance is asked for reaches the stream on the other', async () => {
    const { page, viewer } = await openLive()
    const served = await instanceOf(page)
    const other = await otherThan(served)
    const origin = await demo.urlOf(other)
    const response = await fetch(`${origin}/api/cut?viewer=${viewer}`, {
      method: 'POST',
      headers: { origin },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('x-instance')).toBe(other)
    await expect.poll(() => countOnPage(page, 'Cuts survived'), { timeout: 20_000 }).toBe(1)
    expect(await lossesOnPage(page)).toEqual({ missed: 0, repeated: 0, gaps: 0 })
  })

  test('two that measure publish no more often than one', async () => {
    const response = await fetch(`${demo.url}/api/host`)
    const readings: Reading[] = []
    for await (const { type, data } of parseEventStream(response)) {
      if (type === 'reading') readings.push(JSON.parse(data))
      if (readings.length === 16) break
    }
    const [first, last] = [readings[0], readings.at(-1)]
    expect(readings.map(({ n }) => n)).toEqual(readings.map((_, index) => (first?.n ?? 0) + index))
    expect((last?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(15 * 200)
  })

  test('SIGTERM ends all of them, and the streams in good order', async () => {
    const other = startDemoCluster(demo.redis.url)
    onTestFinished(async () => void (await other.stop()))
    const response = await fetch(`${await other.printed(BEHIND)}/api/host`)
    const body = response.text()
    expect(await other.stop()).toBe(0)
    expect(await body).toMatch(/\nretry: \d+\n\n$/)
    for (const instance of ['1', '2']) {
      const pid = await pidOf(instance, other)
      expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    }
  })

  test('SIGTERM waits for no instance that is about to replace another', async () => {
    const other = startDemoCluster(demo.redis.url)
    onTestFinished(async () => void (await other.stop()))
    await other.printed(BEHIND)
    process.kill(await pidOf('1', other), 'SIGKILL')
    await other.printed(/(Instance 1) has ended/)
    expect(await other.stop()).toBe(0)
  })

  /** Opens the page in a context of its own and waits until it is connected. */
  async function openLive(): Promise<{ page: Page; viewer: string }> {
    const context = await browser.newContext()
    onTestFinished(() => context.close())
    const page = await context.newPage()
    const [stream] = await Promise.all([
      page.waitForRequest((request) => new URL(request.url()).pathname === '/api/host'),
      page.goto(demo.url),
    ])
    const viewer = new URL(stream.url()).searchParams.get('viewer') ?? ''
    await page.getByRole('status').getByText('Connected').waitFor()
    await countGrows(page)
    return { page, viewer }
  }

  /** Which instance the page says it is connected to. */
  async function instanceOf(page: Page): Promise<string> {
    const words = await page.getByRole('status').getByText('Connected to instance').textContent()
    return /\d+$/.exec(words ?? '')?.[0] ?? ''
  }

  /** An instance that answers, beside one. Connections take turns, and one that died is replaced in a while. */
  async function otherThan(instance: string): Promise<string> {
    let other = instance
    const isOther = async (): Promise<boolean> => {
      const response = await fetch(demo.url, { method: 'HEAD', headers: { connection: 'close' } })
      other = response.headers.get('x-instance') ?? instance
      return other !== instance
    }
    await expect.poll(isOther, { timeout: 20_000 }).toBe(true)
    return other
  }

  async function pidOf(instance: string, { printed } = demo.cluster): Promise<number> {
    return Number(await printed(new RegExp(`Instance ${instance} is process (\\d+)`)))
  }
})

/** By how much the readings that came outnumber the newest one's number: it changes when one is lost or comes twice. */
function receivedBeyondNumber(page: Page): Promise<number> {
  return page.evaluate(() => {
    const received = document.querySelector('[data-count="Received"] dd')?.textContent ?? ''
    const newest = document.querySelector<HTMLElement>('tr[data-n]')?.dataset['n']
    return Number(received.replaceAll(',', '')) - Number(newest)
  })
}
