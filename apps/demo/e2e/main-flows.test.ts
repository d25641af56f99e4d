import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { EngineName } from '../../../scripts/testing/browsers.ts'
import { engineOfSuite } from '../../../scripts/testing/engine-of-suite.ts'
import { startNextApp, type NextApp } from '../../../scripts/testing/next-app.ts'
import { demoFolder } from './demo-in-chromium.ts'
import { demoOnRedis } from './demo-on-redis.ts'
import { flows } from './flows.ts'

// The tests of each page have Chromium and a hub in memory.
const engines: readonly EngineName[] = ['firefox', 'webkit']

describe('with the hub in memory', () => {
  let app: NextApp
  beforeAll(async () => {
    app = await startNextApp(demoFolder, { env: { REDIS_URL: '' } })
  })
  afterAll(() => app?.stop())

  describe.for(engines)('%s', (name) => {
    const engine = engineOfSuite(name)

    test.for(flows)('goes through $path', async ({ path, run }) => {
      const page = await engine.newPage(`${app.url}${path}`)
      onTestFinished(() => page.close())
      await run(page)
      expect(await page.evaluate(() => location.pathname)).toBe(path)
    })
  })
})

describe('with two instances on one Redis', () => {
  const demo = demoOnRedis()
  const engine = engineOfSuite('chromium')

  test.for(flows)('chromium goes through $path', async ({ path, run }) => {
    const page = await engine.newPage(`${demo.url}${path}`)
    onTestFinished(() => page.close())
    await run(page)
    expect(await page.evaluate(() => location.pathname)).toBe(path)
  })
})
