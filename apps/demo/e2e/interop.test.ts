import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Page } from 'playwright'
import { expect, onTestFinished, test } from 'vitest'
import { refusalWords } from '../interop/refusal-words.ts'
import { countOnPage } from './counts-on-page.ts'
import { demoFolder, demoInChromium } from './demo-in-chromium.ts'
import { faultsOf, looks } from './looks.ts'

const soon = { timeout: 20_000 }

const demo = demoInChromium()

test.for(looks)(
  'reads and is read without a complaint from the browser or from axe: %s',
  async ([, look]) => {
    const { page, complaints } = await demo.open('/interop', look)
    expect(await page.title()).toBe('Interop · Millrace')
    await expect.poll(() => countOnPage(page, 'Events'), soon).toBeGreaterThan(1)
    await expect.poll(() => countOnPage(page, 'Readings'), soon).toBeGreaterThan(4)
    await page.getByText('data: {"resume":"fresh"').waitFor()
    await page.getByText('Show the code').click()
    expect(await page.getByLabel('apps/demo/app/api/clock/route.ts').textContent()).toContain(
      'data: ${new Date()',
    )
    expect(await faultsOf(page)).toEqual([])
    expect(complaints).toEqual([])
  },
)

test('the hook goes on where a server that knows nothing of it has hung up', async () => {
  const { page } = await demo.open('/interop')
  await expect.poll(() => countOnPage(page, 'Connections'), soon).toBe(2)
  await expect.poll(() => countOnPage(page, 'Events'), soon).toBeGreaterThan(12)
  const ids = await page
    .getByLabel('What the hook reads')
    .locator('li')
    .evaluateAll((lines) => lines.map(({ textContent }) => Number(/ id (\d+)$/.exec(textContent)?.[1])))
  expect(ids).toEqual(Array.from(ids, (_, index) => ids.length - index))
})

test('a native EventSource misses and repeats nothing over a cut', async () => {
  const { page } = await demo.open('/interop')
  for (const cut of [1, 2]) {
    await expect.poll(() => countOnPage(page, 'Readings'), soon).toBeGreaterThan(cut * 5)
    await page.getByRole('button', { name: 'Cut the connection' }).click()
    await expect.poll(() => countOnPage(page, 'Cuts survived'), soon).toBe(cut)
  }
  const log = page.getByLabel('What EventSource reads')
  expect(await log.getByText('"resume":"resumed"').count()).toBe(2)
  expect(await countOnPage(page, 'Missed')).toBe(0)
  expect(await countOnPage(page, 'Repeated')).toBe(0)
})

test('reads a stream of another origin, and says what is wrong with one that it cannot read', async () => {
  const { page } = await demo.open('/interop')
  const stream = { 'content-type': 'text/event-stream' }
  const event = 'data: from elsewhere\n\n'
  const open = await startServer({ ...stream, 'access-control-allow-origin': '*' }, event)
  const closed = await startServer(stream, event)
  const document = await startServer(
    { 'content-type': 'text/html', 'access-control-allow-origin': '*' },
    '<p>',
  )

  await read(page, open.url)
  await page.getByLabel('What the hook reads').getByText('from elsewhere').first().waitFor()
  await read(page, closed.url)
  await page
    .getByRole('status')
    .getByText(`CORS asks it for the header Access-Control-Allow-Origin: ${demo.url}`)
    .waitFor()
  await read(page, document.url)
  await page.getByRole('status').getByText('its Content-Type is not text/event-stream').waitFor()
  await read(page, `${demo.url}/api/nothing`)
  await page.getByRole('status').getByText('The server answered with status 404.').waitFor()
  await open.stop()
  await read(page, open.url)
  await page.getByRole('status').getByText('Nothing answers at this address.').waitFor()
  await read(page, 'ftp://example.test/')
  await page.getByText('This is no http or https address.').waitFor()
  await read(page, '/api/clock')
  await expect.poll(() => countOnPage(page, 'Events'), soon).toBeGreaterThan(0)
})

test('says the rest in the words of the error', () => {
  const about = { reach: 'unknown', pageOrigin: demo.url } as const
  const error = { status: undefined, message: 'a line is longer than 8 bytes' }
  expect(refusalWords({ ...error, code: 'limit-exceeded' }, about)).toBe('a line is longer than 8 bytes')
  expect(refusalWords({ ...error, code: 'network' }, about)).toBe('The connection broke or was refused.')
})

test('the command on the page prints the stream', async (context) => {
  if (spawnSync('curl', ['--version']).error) return context.skip('curl is not installed')
  const { page } = await demo.open('/interop')
  const command = await page.getByLabel('On a command line').getByText(demo.url).textContent()
  const curl = spawn('sh', ['-c', `exec ${command} --silent`], { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void curl.kill())
  const lines = await linesOf(curl.stdout, (printed) => printed.includes('event: millrace.live'))
  expect(lines.filter((line) => line === 'event: reading')).toHaveLength(3)
})

test('the Python program on the page misses and repeats nothing over a cut', async (context) => {
  if (spawnSync('python3', ['--version']).status !== 0) return context.skip('python3 is not installed')
  const viewer = 'pythonreader'
  const python = spawn('python3', ['interop/read_stream.py', `${demo.url}/api/readings?viewer=${viewer}`], {
    cwd: demoFolder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void python.kill())
  let isCut = false
  const lines = await linesOf(python.stdout, (printed) => {
    if (printed.length >= 5 && !isCut) {
      isCut = true
      void fetch(`${demo.url}/api/cut?viewer=${viewer}`, { method: 'POST', headers: { origin: demo.url } })
    }
    // 500 ms of waiting and two readings of them: what comes behind is past the cut.
    return printed.length >= 15
  })
  const numbers = lines.map((line) => Number(line.split(' ')[0]))
  expect(numbers).toEqual(Array.from(numbers, (_, index) => (numbers[0] ?? 0) + index))
})

test('HEAD opens nothing on the clock', async () => {
  const response = await fetch(`${demo.url}/api/clock`, { method: 'HEAD' })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  expect(await response.text()).toBe('')
})

async function read(page: Page, url: string): Promise<void> {
  await page.getByLabel('Address of an event stream').fill(url)
  await page.getByRole('button', { name: 'Read it' }).click()
}

/** Starts a server that gives everybody the same answer, and keeps it open. */
async function startServer(
  headers: OutgoingHttpHeaders,
  text: string,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const server = createServer((_, response) => void response.writeHead(200, headers).write(text)).listen(
    0,
    '127.0.0.1',
  )
  await once(server, 'listening')
  const stop = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  onTestFinished(stop)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, stop }
}

/** Reads lines until there are enough of them. */
async function linesOf(stream: Readable, isEnough: (lines: readonly string[]) => boolean): Promise<string[]> {
  const lines: string[] = []
  for await (const line of createInterface({ input: stream })) {
    lines.push(line)
    if (isEnough(lines)) break
  }
  return lines
}
