import type { Page } from 'playwright'
import { expect, onTestFinished, test } from 'vitest'
import { demoInChromium } from './demo-in-chromium.ts'
import { faultsOf, looks } from './looks.ts'

const clients = ['useEventStream', 'EventSource'] as const
const soon = { timeout: 20_000, interval: 50 }

const demo = demoInChromium()

test.for(looks)('shows the books without a complaint from the browser or from axe: %s', async ([, look]) => {
  const { page, complaints } = await demo.open('/lab', look)
  expect(await page.title()).toBe('Chaos lab · Millrace')
  await bothCount(page)
  await page.getByRole('button', { name: 'Restart the log' }).click()
  await bothEndIn(page, 'restart', /^Told of a gap that cannot be counted; by the numbers \d+ are missing$/)
  await page.locator('summary:visible', { hasText: 'Show the code' }).click()
  expect(await page.getByLabel('apps/demo/lab/server/line.ts').textContent()).toContain('createLine')
  expect(await faultsOf(page)).toEqual([])
  expect(complaints).toEqual([])
})

test('whatever is done to the streams, both have every number or were told how many are missing', async () => {
  const { page, complaints } = await demo.open('/lab')
  await bothCount(page)

  await press(page, 'cut')
  await bothEndIn(page, 'cut', /^Came back: [1-9]\d* replayed, none missing, none twice$/)
  await press(page, 'deploy')
  await bothEndIn(page, 'deploy', /^Came back: \d+ replayed, none missing, none twice$/)
  await press(page, 'slow')
  await bothEndIn(page, 'slow', /^Told of a gap of (\d+); by the numbers \1 are missing$/)
  await press(page, 'trim')
  await bothEndIn(page, 'trim', /^Told of a gap of (\d+); by the numbers \1 are missing$/)
  // All at once: whoever comes back finds another server, another log, and most of it trimmed.
  await press(page, 'trim')
  await press(page, 'restart')
  await press(page, 'deploy')
  await press(page, 'cut')
  await bothCount(page)
  expect(complaints).toEqual([])
  for (const client of clients) {
    expect(await countOf(page, client, 'Missing, untold')).toBe(0)
    expect(await countOf(page, client, 'Repeated')).toBe(0)
    expect(await surplusOf(page, client)).toBe(0)
  }
}, 90_000)

test('whoever was revoked comes back behind the last number by the hook, and anywhere by EventSource', async () => {
  const { page } = await demo.open('/lab')
  await bothCount(page)
  const back = page.getByRole('button', { name: 'Let me back in' })
  expect(await back.isDisabled()).toBe(true)

  await press(page, 'revoke')
  await bothEndIn(page, 'revoke', /^Refused, and stopped/)
  expect(await page.getByLabel('Log of useEventStream').textContent()).toContain('refused with 403')
  await back.click()
  await expect
    .poll(() => outcomeOf(page, 'admit', 'useEventStream'), soon)
    .toMatch(/^Came back: [1-9]\d* replayed/)
  await expect
    .poll(() => outcomeOf(page, 'admit', 'EventSource'), soon)
    .toMatch(/missing, and nothing said so$/)
  expect(await countOf(page, 'useEventStream', 'Missing')).toBe(0)
  expect(await surplusOf(page, 'EventSource')).toBe(0)
})

test('says that a press was not taken, and opens another lab for whose is gone', async () => {
  const { page, requests } = await demo.open('/lab')
  await bothCount(page)
  await page.route('**/api/lab/*/*', (route) => route.fulfill({ status: 500 }))
  await page.getByRole('button', { name: 'Cut' }).click()
  await page.getByRole('status').getByText('The server did not take “Cut”.').waitFor()
  await page.unroute('**/api/lab/*/*')

  await page.route('**/api/lab/*', (route) => route.fulfill({ status: 404 }))
  await page.getByRole('button', { name: 'Cut' }).click()
  await page.getByRole('heading', { name: 'This lab is closed' }).waitFor(soon)
  await page.unroute('**/api/lab/*')
  await page.getByRole('button', { name: 'Open another' }).click()
  await bothCount(page)
  expect(requests.filter(({ pathname }) => pathname === '/api/lab')).toHaveLength(2)
})

test('counts nothing as missing that passed while one was on another page', async () => {
  const { page } = await demo.open('/lab')
  await bothCount(page)
  await page.getByRole('link', { name: 'Live' }).click()
  await page.waitForURL(demo.url + '/')
  await page.goBack()
  await bothCount(page)
  for (const client of clients) expect(await countOf(page, client, 'Missing')).toBe(0)
})

test('takes presses from its own pages only, and of labs and buttons that there are', async () => {
  const post = (path: string, origin = demo.url): Promise<number> =>
    fetch(`${demo.url}${path}`, { method: 'POST', headers: { origin } }).then(({ status }) => status)
  const id = await openLab()
  expect(await post(`/api/lab/${id}/cut`)).toBe(204)
  expect(await post(`/api/lab/${id}/explode`)).toBe(404)
  expect(await post(`/api/lab/${id}/toString`)).toBe(404)
  expect(await post(`/api/lab/${crypto.randomUUID()}/cut`)).toBe(404)
  expect(await post(`/api/lab/${id}/cut`, 'http://evil.test')).toBe(403)
  expect(await post('/api/lab', 'http://evil.test')).toBe(403)
  expect((await fetch(`${demo.url}/api/lab/${crypto.randomUUID()}`)).status).toBe(404)
})

test('has forty labs at the most: one that nobody reads makes room, one that is read does not', async () => {
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  for (let opened = 0; opened < 50; opened++) await openLab()
  let refusal: Response | undefined
  for (let opened = 0; opened < 41 && !refusal; opened++) {
    const response = await askForLab()
    if (!response.ok) refusal = response
    else {
      const { id } = (await response.json()) as { id: string }
      await fetch(`${demo.url}/api/lab/${id}`, { signal: stop.signal })
    }
  }
  expect(refusal?.status).toBe(503)
  expect(await refusal?.json()).toEqual({ code: 'all-taken' })
})

function askForLab(): Promise<Response> {
  return fetch(`${demo.url}/api/lab`, { method: 'POST', headers: { origin: demo.url } })
}

async function openLab(): Promise<string> {
  const response = await askForLab()
  expect(response.status).toBe(201)
  const { id } = (await response.json()) as { id: string }
  return id
}

/** Presses a button. */
async function press(page: Page, button: string): Promise<void> {
  await page.locator(`[data-button="${button}"] button`).click()
}

/** Waits until each client has a few numbers more. */
async function bothCount(page: Page): Promise<void> {
  for (const client of clients) {
    const received = await countOf(page, client, 'Received')
    await expect.poll(() => countOf(page, client, 'Received'), soon).toBeGreaterThan(received + 5)
  }
}

/** Waits until the outcome of a button is as expected for both clients. */
async function bothEndIn(page: Page, button: string, expected: RegExp): Promise<void> {
  for (const client of clients)
    await expect.poll(() => outcomeOf(page, button, client), soon).toMatch(expected)
}

async function outcomeOf(page: Page, button: string, client: string): Promise<string> {
  const outcome = page.locator(`[data-button="${button}"] [data-client="${client}"] dd`)
  return (await outcome.allTextContents()).join()
}

async function countOf(page: Page, client: string, name: string): Promise<number> {
  const text = await page
    .getByRole('region', { name: client, exact: true })
    .locator(`[data-count="${name}"] dd`)
    .textContent()
  return Number(text?.replaceAll(',', ''))
}

/** By how much what was received and what is missing outnumber the numbers there were, all read at one moment; 0 where the books are right. */
function surplusOf(page: Page, client: string): Promise<number> {
  return page.getByRole('region', { name: client, exact: true }).evaluate((book) => {
    const numberIn = (text = ''): number => Number(text.replaceAll(',', ''))
    const count = (name: string): number =>
      numberIn(book.querySelector(`[data-count="${name}"] dd`)?.textContent ?? '')
    const [, sum] = /are ([\d,]+) numbers/.exec(book.textContent ?? '') ?? []
    return count('Received') - count('Repeated') + count('Missing') - numberIn(sum)
  })
}
