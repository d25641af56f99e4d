import { spawn, spawnSync } from 'node:child_process'
import { totalmem } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { BrowserContextOptions, Locator, Page } from 'playwright'
import { expect, onTestFinished, test } from 'vitest'
import { startNextApp } from '../../../scripts/testing/next-app.ts'
import { pages } from '../components/pages.ts'
import { countGrows, countOnPage, lossesOnPage, recordedNumbers, recordNumbers } from './counts-on-page.ts'
import { demoFolder, demoInChromium } from './demo-in-chromium.ts'
import { faultsOf, looks } from './looks.ts'

const CUTS = 10

const demo = demoInChromium()

test.for(looks)(
  'shows live readings without a complaint from the browser or from axe: %s',
  async ([, look]) => {
    const { page, complaints } = await openLive(look)

    expect(await page.title()).toBe('Live · Millrace')
    await page.getByText(gigabytesOfThisMachine()).waitFor()
    await countGrows(page)
    expect(await page.getByRole('img', { name: /^Processors over the last minute: now \d+ %/ }).count()).toBe(
      1,
    )
    await expect.poll(() => inkOn(page)).toBeGreaterThan(0)

    await page.getByText('The last readings as a table').click()
    await page.getByText('Show the code').click()
    expect(await page.getByLabel('apps/demo/app/api/host/route.ts').textContent()).toContain(
      'channelRoute(host',
    )
    const rows = await page
      .locator('nav a')
      .evaluateAll((links) => new Set(links.map((link) => link.getBoundingClientRect().top)).size)
    expect(rows).toBe(1)
    expect(await faultsOf(page)).toEqual([])
    expect(complaints).toEqual([])
  },
)

test('leads to every page and back, marks where one is, and lets the keyboard skip what is on all of them', async () => {
  const { page, complaints } = await openLive()
  for (const { href, name } of [...pages.slice(1), ...pages.slice(0, 1)]) {
    await page.getByRole('navigation').getByRole('link', { name, exact: true }).press('Enter')
    await page.waitForURL(`${demo.url}${href}**`)
    await page.locator('nav [aria-current]', { hasText: name }).waitFor()
    expect(await page.locator('nav [aria-current]').allTextContents()).toEqual([name])
    expect(await page.title()).toBe(`${name} · Millrace`)
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
  }
  await page.getByRole('link', { name: 'Skip to the page' }).press('Enter')
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main')
  await countGrows(page)
  expect(complaints).toEqual([])
})

test('the button cuts the connection, and the page survives it', async () => {
  const { page } = await openLive()
  await page.getByRole('button', { name: 'Cut the connection' }).press('Enter')
  await expect.poll(() => countOnPage(page, 'Cuts survived'), { timeout: 15_000 }).toBe(1)
  await page.getByRole('status').getByText('Connected').waitFor()
  expect(await lossesOnPage(page)).toEqual({ missed: 0, repeated: 0, gaps: 0 })
})

test('says that a cut was refused beside the true state, until there is something new', async () => {
  const { page, viewer } = await openLive()
  const button = page.getByRole('button', { name: 'Cut the connection' })
  const refusal = page.getByText('The server did not take the cut')
  await page.route('**/api/cut?*', (route) => route.fulfill({ status: 500 }))

  await button.click()
  await refusal.waitFor()
  expect(await page.getByRole('status').getByText('Connected').count()).toBe(1)
  await cutFromServer(viewer, demo.url)
  await refusal.waitFor({ state: 'detached' })
  await page.getByRole('status').getByText('Connected').waitFor()

  await button.click()
  await refusal.waitFor()
  await page.unroute('**/api/cut?*')
  await button.click()
  await refusal.waitFor({ state: 'detached' })
  await expect.poll(() => countOnPage(page, 'Cuts survived'), { timeout: 15_000 }).toBe(2)
})

test('says what may hold up a connection that never opens', async () => {
  const page = await demo.browser.newPage()
  onTestFinished(() => page.close())
  await page.route('**/api/host?*', () => undefined)
  await page.goto(demo.url)
  await page.getByRole('status').getByText('Still connecting').waitFor()
  expect(await page.getByText('A browser opens six connections to one site at most').count()).toBe(1)
})

test('a cut moves nothing on a phone', async () => {
  const { page, viewer } = await openLive({ viewport: { width: 390, height: 844 } })
  const top = (): Promise<number | undefined> =>
    page
      .getByRole('region', { name: 'Processors' })
      .boundingBox()
      .then((box) => box?.y)
  const before = await top()
  await cutFromServer(viewer, demo.url)
  await page.getByRole('status').getByText('Cut off').waitFor()
  expect(await top()).toBe(before)
  await page.getByText('fetched after cuts').waitFor()
  expect(await top()).toBe(before)
})

test('fits a phone with text of twice the size', async () => {
  const { page } = await openLive({ viewport: { width: 390, height: 844 } })
  await page.addStyleTag({ content: 'html { font-size: 200% }' })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
})

test('keeps the button and the meters visible in forced colours', async () => {
  const { page } = await openLive({ forcedColors: 'active' })
  const button = page.getByRole('button', { name: 'Cut the connection' })
  expect(await styleOf(button, 'borderTopStyle')).toBe('solid')
  const meter = page.locator('li', { hasText: 'Core 1' }).locator('span[aria-hidden]')
  expect(await styleOf(meter, 'borderTopStyle')).toBe('solid')
})

test('prints dark on white, without the button', async () => {
  const { page } = await openLive({ colorScheme: 'dark' })
  await page.emulateMedia({ media: 'print' })
  expect(await styleOf(page.locator('html'), 'backgroundColor')).toBe('rgb(255, 255, 255)')
  expect(await styleOf(page.locator('html'), 'color')).toBe('rgb(27, 36, 34)')
  expect(await page.getByRole('button', { name: 'Cut the connection' }).count()).toBe(0)
})

test('the wheel stands still for whoever asked for less motion', async () => {
  const { page } = await openLive({ reducedMotion: 'reduce' })
  await countGrows(page)
  expect(await styleOf(page.locator('main svg'), 'transform')).toBe('none')
})

test(`misses and repeats nothing over ${CUTS} cuts at random moments`, async () => {
  const { page, viewer } = await openLive()
  await recordNumbers(page)

  for (let cut = 1; cut <= CUTS; cut++) {
    await delay(Math.random() * 700)
    const { status } = await cutFromServer(viewer, demo.url)
    expect(status).toBe(204)
    await expect.poll(() => countOnPage(page, 'Cuts survived'), { timeout: 20_000 }).toBe(cut)
  }
  await countGrows(page)

  expect(await lossesOnPage(page)).toEqual({ missed: 0, repeated: 0, gaps: 0 })
  expect(await page.getByText(/^\d+ readings fetched after cuts$/).count()).toBe(1)
  const numbers = await recordedNumbers(page)
  const [first = 0] = numbers
  expect(numbers.length).toBeGreaterThan(CUTS)
  expect(numbers).toEqual(Array.from(numbers, (_, index) => first + index))
}, 120_000)

test('a thousand events a second are all counted, and drawn once per frame, over dropped connections', async () => {
  const { page, complaints } = await openLive()
  await page.getByRole('button', { name: 'Start a thousand events a second' }).click()
  for (const events of [1500, 3000, 4500]) {
    await expect.poll(() => countOnPage(page, 'Events'), { timeout: 20_000 }).toBeGreaterThan(events)
    await page.getByRole('button', { name: 'Drop the connection' }).click()
  }
  await expect.poll(() => countOnPage(page, 'Events'), { timeout: 20_000 }).toBeGreaterThan(6000)
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByRole('status').getByText('Stopped').waitFor()

  expect(await countOnPage(page, 'Lost')).toBe(0)
  expect(await countOnPage(page, 'Repeats')).toBe(0)
  const [events, frames, renders] = [
    await countOnPage(page, 'Events'),
    await countOnPage(page, 'Frames'),
    await countOnPage(page, 'Renders'),
  ]
  expect(renders).toBeGreaterThan(frames)
  // Twenty components, and at the most two looks at the news per frame: the second where the first came after a quiet one.
  expect(renders).toBeLessThan(events * 4)
  expect(complaints).toEqual([])
})

test('the high rate ends by itself, and can be started anew', async () => {
  const { page } = await openLive()
  const start = page.getByRole('button', { name: 'Start a thousand events a second' })
  // As if half a minute had almost passed.
  await page.route('**/api/wave', (route) => {
    const headers = { ...route.request().headers(), 'last-event-id': `${Date.now() - 29_900}-29900` }
    return route.continue({ headers })
  })
  await start.click()
  await page.getByText('Ended by itself, with event 30,000').waitFor()
  expect(await countOnPage(page, 'Events')).toBe(100)
  await page.unroute('**/api/wave')
  await start.click()
  await expect.poll(() => countOnPage(page, 'Events'), { timeout: 20_000 }).toBeGreaterThan(200)
  expect(await countOnPage(page, 'Lost')).toBe(0)
})

test('the high rate ends when nobody looks', async () => {
  const { page } = await openLive()
  await page.getByRole('button', { name: 'Start a thousand events a second' }).click()
  await expect.poll(() => countOnPage(page, 'Events'), { timeout: 20_000 }).toBeGreaterThan(0)
  const ended = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/api/wave'))
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden' })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  await ended
  await page.getByRole('status').getByText('Stopped').waitFor()
})

test('a server that is busy enough asks to come back', async () => {
  const leave = new AbortController()
  onTestFinished(() => leave.abort())
  const ask = (): Promise<Response> => fetch(`${demo.url}/api/wave`, leave)
  const statuses = (await Promise.all(Array.from({ length: 9 }, ask))).map(({ status }) => status)
  expect(statuses.filter((status) => status === 200)).toHaveLength(8)
  expect(statuses.filter((status) => status === 429)).toHaveLength(1)
})

test('cuts nothing for a page of another site, nor without a viewer', async () => {
  expect((await cutFromServer('abcdefgh', 'http://evil.test')).status).toBe(403)
  expect((await cutFromServer('abcdefgh')).status).toBe(403)
  expect((await cutFromServer('not a viewer', demo.url)).status).toBe(400)
  expect((await fetch(`${demo.url}/api/cut?viewer=abcdefgh`)).status).toBe(405)
})

test('a native EventSource reads the stream', async () => {
  const { page } = await openLive()
  const numbers = await page.evaluate(
    () =>
      new Promise<number[]>((resolve, reject) => {
        const source = new EventSource('/api/host')
        const seen: number[] = []
        source.addEventListener('error', () => reject(new Error('the EventSource failed')))
        source.addEventListener('reading', ({ data }) => {
          seen.push(JSON.parse(data).n)
          if (seen.length < 10) return
          source.close()
          resolve(seen)
        })
      }),
  )
  expect(numbers).toEqual(Array.from(numbers, (_, index) => (numbers[0] ?? 0) + index))
})

test('curl reads the stream', async (context) => {
  if (spawnSync('curl', ['--version']).error) return context.skip('curl is not installed')
  const curl = spawn('curl', ['-sN', `${demo.url}/api/host`], { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void curl.kill())
  let text = ''
  for await (const chunk of curl.stdout.setEncoding('utf8')) {
    text += chunk
    if ((text.match(/^event: reading\n/gm)?.length ?? 0) >= 5) break
  }
  const blocks = text.split('\n\n')
  expect(blocks.find((block) => block.includes('event: millrace.open\n'))).toContain('"resume":"fresh"')
  const reading = blocks.find((block) => block.startsWith('event: reading\n')) ?? ''
  expect(reading).toMatch(/^id: \S+$/m)
  expect(JSON.parse(/^data: (.+)$/m.exec(reading)?.[1] ?? '')).toMatchObject({ n: expect.any(Number) })
})

test('says so where there is no such page', async () => {
  const response = await fetch(`${demo.url}/no-such-page`)
  expect(response.status).toBe(404)
  expect(await response.text()).toContain('There is no such page')
})

test('SIGTERM ends the server although streams are open', async () => {
  const other = await startNextApp(demoFolder, { env: { REDIS_URL: '' } })
  onTestFinished(async () => void (await other.stop()))
  const response = await fetch(`${other.url}/api/host`)
  const body = response.text()
  await other.stop()
  expect(await body).toContain('event: millrace.open')
  expect(other.output()).not.toMatch(/error/i)
})

/** Opens the page and waits until it is connected. */
async function openLive(options?: BrowserContextOptions): Promise<{
  page: Page
  complaints: readonly string[]
  viewer: string
}> {
  const { page, complaints, requests } = await demo.open('/', options)
  await page.getByRole('status').getByText('Connected').waitFor()
  const stream = requests.find(({ pathname }) => pathname === '/api/host')
  return { page, complaints, viewer: stream?.searchParams.get('viewer') ?? '' }
}

function styleOf(
  element: Locator,
  property: 'backgroundColor' | 'borderTopStyle' | 'color' | 'transform',
): Promise<string> {
  return element.evaluate((node, name) => getComputedStyle(node)[name], property)
}

function gigabytesOfThisMachine(): string {
  return `of ${(totalmem() / 1e9).toFixed(1)} GB`
}

/** How much of the first chart is painted: bytes of its picture that are not 0. */
function inkOn(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector('canvas')
    const image = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height)
    return image?.data.filter((value) => value > 0).length ?? 0
  })
}

function cutFromServer(viewer: string, origin?: string): Promise<Response> {
  return fetch(`${demo.url}/api/cut?viewer=${encodeURIComponent(viewer)}`, {
    method: 'POST',
    headers: origin ? { origin } : {},
  })
}
