import { expect, onTestFinished, test } from 'vitest'
import { demoInChromium } from './demo-in-chromium.ts'
import { faultsOf, looks } from './looks.ts'
import { connected, notice, say, soon, textsOf, unheardOf } from './room-page.ts'

const demo = demoInChromium()

test.for(looks)(
  'shows rooms and what was said without a complaint from the browser or from axe: %s',
  async ([, look]) => {
    const { page, complaints } = await demo.open('/rooms', look)
    expect(await page.title()).toBe('Rooms · Millrace')
    expect(await faultsOf(page)).toEqual([])
    await page.getByRole('link', { name: 'Lobby' }).click()
    await connected(page)
    expect(await page.title()).toBe('Lobby · Millrace')
    const text = unheardOf('looks fine')
    await say(page, text)
    await expect.poll(() => textsOf(page), soon).toContain(text)
    await page.getByText('1 reader', { exact: true }).waitFor(soon)
    await page.locator('summary:visible', { hasText: 'Show the code' }).click()
    expect(await page.getByLabel('apps/demo/rooms/say.ts').textContent()).toContain('await publish(rooms({')
    expect(await faultsOf(page)).toEqual([])
    expect(complaints).toEqual([])
  },
)

test('messages come without a hole or a repeat, whether the page is cut off, reloaded, left or hidden behind another', async () => {
  const writer = await demo.open('/rooms/workshop')
  const reader = await demo.open('/rooms/workshop')
  await connected(writer.page)
  await connected(reader.page)
  const prefix = unheardOf('number')
  const said: string[] = []
  const more = async (): Promise<void> => {
    const text = `${prefix} ${said.length + 1}`
    said.push(text)
    await say(writer.page, text)
    await expect.poll(() => textsOf(writer.page), soon).toContain(text)
  }
  const heard = async (): Promise<void> =>
    expect
      .poll(async () => (await textsOf(reader.page)).filter((text) => text.startsWith(prefix)), soon)
      .toEqual(said)

  await more()
  await heard()
  await cutOff(reader.requests)
  await more()
  await more()
  await heard()
  await reader.page.reload()
  await more()
  await heard()
  await reader.page.getByRole('link', { name: 'Wish list' }).click()
  await reader.page.getByRole('heading', { name: 'Wish list' }).waitFor()
  await more()
  await more()
  await reader.page.getByRole('link', { name: 'Workshop' }).click()
  await more()
  await heard()
  await reader.page.goto(`${demo.url}/rooms`)
  await more()
  await reader.page.goBack()
  await heard()
})

test('the page is rendered with what was said, for whoever has no script as well', async () => {
  const { page } = await demo.open('/rooms/wish-list')
  await connected(page)
  const text = unheardOf('rendered')
  await say(page, text)
  await expect.poll(() => textsOf(page), soon).toContain(text)
  expect(await (await fetch(`${demo.url}/rooms/wish-list`)).text()).toContain(text)
})

test('a form that is sent twice makes one message, and the next one another', async () => {
  const { page } = await demo.open('/rooms/lobby')
  await connected(page)
  const texts = [unheardOf('twice'), unheardOf('once more')]
  for (const text of texts) {
    await page.getByLabel('Message', { exact: true }).fill(text)
    await page.locator('form').evaluate((form: HTMLFormElement) => {
      form.requestSubmit()
      form.requestSubmit()
    })
    await expect.poll(() => page.getByLabel('Message', { exact: true }).inputValue(), soon).toBe('')
  }
  const said = async (): Promise<string[]> =>
    (await textsOf(page)).filter((text) => texts.some((each) => text === each))
  await expect.poll(said, soon).toEqual(texts)
  await page.locator('form').getByText('It had been sent before, and counts once.').waitFor()
})

test('the form waits until the page has woken up', async () => {
  const context = await demo.browser.newContext()
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const loaded = Promise.withResolvers<void>()
  await page.route('**/*.js', async (route) => {
    await loaded.promise
    await route.continue()
  })
  await page.goto(`${demo.url}/rooms/lobby`, { waitUntil: 'commit' })
  const button = page.getByRole('button', { name: 'Send' })
  await button.waitFor()
  expect(await button.isDisabled()).toBe(true)
  loaded.resolve()
  const text = unheardOf('awake')
  await say(page, text)
  await expect.poll(() => textsOf(page), soon).toContain(text)
})

test('a message that was not sent stays in the form, with the reason', async () => {
  const { page } = await demo.open('/rooms/lobby')
  await connected(page)
  const message = page.getByLabel('Message', { exact: true })
  await say(page, '   ')
  await notice(page, 'There is nothing to send: the message is empty.').waitFor()

  const text = unheardOf('after all')
  await page.route('**/rooms/lobby', (route) => route.abort())
  await say(page, text)
  await notice(page, 'The server cannot be reached, and it may have been sent.').waitFor()
  expect(await message.inputValue()).toBe(text)
  await page.unroute('**/rooms/lobby')
  await message.press('Enter')
  await expect.poll(() => textsOf(page), soon).toContain(text)
  // The stream may bring the message before the action's answer is there.
  await expect.poll(() => message.inputValue(), soon).toBe('')
  expect(await notice(page, 'The server cannot be reached').count()).toBe(0)
})

test('whoever says too much at once has to wait, and nobody else', async () => {
  const { page } = await demo.open('/rooms/wish-list')
  await connected(page)
  const refused = notice(page, 'That was a lot at once.')
  for (let count = 0; count < 30 && (await refused.count()) === 0; count++) {
    await say(page, `${count}`)
    await expect
      .poll(async () => (await refused.count()) > 0 || (await textsOf(page)).includes(`${count}`), soon)
      .toBe(true)
  }
  await refused.waitFor()
  const other = await demo.open('/rooms/wish-list')
  await connected(other.page)
  const text = unheardOf('me too')
  await say(other.page, text)
  await expect.poll(() => textsOf(page), soon).toContain(text)
})

test('takes what is said from its own pages only', async () => {
  const { page } = await demo.open('/rooms/lobby')
  await connected(page)
  const text = unheardOf('only from here')
  const sent = page.waitForRequest((request) => request.method() === 'POST')
  await say(page, text)
  const request = await sent
  const body = request.postDataBuffer()?.toString() ?? ''
  const forged = unheardOf('from elsewhere')
  const headers = { ...(await request.allHeaders()), origin: 'http://evil.test' }
  const allowed = Object.entries(headers).filter(
    ([name]) => !/^(:|host|content-length|connection)/.test(name),
  )
  const response = await fetch(request.url(), {
    method: 'POST',
    headers: allowed,
    body: body.replaceAll(text, forged).replace(/[\da-f-]{36}/, crypto.randomUUID()),
  })
  expect(response.ok).toBe(false)
  await expect.poll(() => textsOf(page), soon).toContain(text)
  expect(await (await fetch(`${demo.url}/rooms/lobby`)).text()).not.toContain(forged)
})

test('counts who reads a room, and no more who left', async () => {
  const pages = await Promise.all([demo.open('/rooms/workshop'), demo.open('/rooms/workshop')])
  const [first, second] = pages.map(({ page }) => page)
  const readers = async (): Promise<string | null | undefined> =>
    first?.locator('[data-readers=workshop]').textContent()
  await expect.poll(readers, soon).toBe('2 readers')
  await second?.close()
  await expect.poll(readers, soon).toBe('1 reader')
})

test('knows no rooms but its own', async () => {
  const { page } = await demo.open('/rooms/cellar')
  await page.getByText('There is no such page').waitFor()
  expect((await fetch(`${demo.url}/api/rooms/cellar`)).status).toBe(404)
})

/** Has the server end the streams of a page, as the network would. */
async function cutOff(requests: readonly URL[]): Promise<void> {
  const viewer = requests.map(({ searchParams }) => searchParams.get('viewer')).findLast(Boolean) ?? ''
  const response = await fetch(`${demo.url}/api/cut?viewer=${viewer}`, {
    method: 'POST',
    headers: { origin: demo.url },
  })
  expect(response.status).toBe(204)
}
