import { describe, expect, test } from 'vitest'
import { countOnPage } from './counts-on-page.ts'
import { demoInChromium } from './demo-in-chromium.ts'
import { faultsOf, looks } from './looks.ts'

const demo = demoInChromium()
const soon = { timeout: 20_000, interval: 50 }

describe('the page of tokens', () => {
  test('shows an answer while it is made, and tells done from stopped and from broken off', async () => {
    const { page, complaints } = await demo.open('/tokens')
    const outcome = page.locator('p[data-status]')
    const posts: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST') posts.push(request.postData() ?? '')
    })

    await page.getByRole('textbox', { name: 'Your question' }).fill('What is a <b>sluice</b>?')
    await page.keyboard.press('Enter')
    const answer = page.getByRole('log', { name: 'Answer' })
    await expect.poll(() => countOnPage(page, 'Pieces'), soon).toBeGreaterThan(5)
    expect(await answer.getAttribute('aria-busy')).toBe('true')
    await expect.poll(() => outcome.textContent(), soon).toMatch(/^Done/)
    expect(await answer.textContent()).toContain('“What is a <b>sluice</b>?”')
    expect(await answer.textContent()).toMatch(/costs money\.$/)

    await page.getByRole('button', { name: 'Ask' }).click()
    await expect.poll(() => countOnPage(page, 'Pieces'), soon).toBeGreaterThan(2)
    await page.getByRole('button', { name: 'Stop' }).click()
    await expect.poll(() => outcome.textContent(), soon).toBe('Stopped by you')
    const pieces = await countOnPage(page, 'Pieces')

    await page.getByRole('button', { name: 'Ask' }).click()
    await expect.poll(() => countOnPage(page, 'Pieces'), soon).toBeGreaterThan(2)
    await page.getByRole('button', { name: 'Lose the connection' }).click()
    await expect.poll(() => outcome.textContent(), soon).toMatch(/^Broken off/)
    // Any reconnecting client would have come back by now: a second is the longest first wait.
    await page.waitForTimeout(1500)
    expect(pieces).toBeGreaterThan(2)
    expect(posts).toHaveLength(3)
    expect(await countOnPage(page, 'Requests sent')).toBe(1)
    expect(complaints).toEqual([])
  })

  test.for(looks)('is well made and accessible (%s)', async ([, options]) => {
    const { page } = await demo.open('/tokens', options)
    await page.getByRole('button', { name: 'Ask' }).click()
    await expect.poll(() => countOnPage(page, 'Pieces'), soon).toBeGreaterThan(2)
    expect(await faultsOf(page)).toEqual([])
  })

  test('refuses what is no question, and whoever is not a page of this site', async () => {
    const { url } = demo
    const ask = (body: unknown, origin = url): Promise<Response> =>
      fetch(`${url}/api/tokens`, { method: 'POST', headers: { Origin: origin }, body: JSON.stringify(body) })
    const statuses = await Promise.all(
      [{}, { prompt: '' }, { prompt: 7 }, { prompt: 'a'.repeat(2001) }, null].map((body) => ask(body)),
    )
    expect(statuses.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400])
    expect((await ask({ prompt: 'why?' }, 'https://elsewhere.example')).status).toBe(403)
  })
})
