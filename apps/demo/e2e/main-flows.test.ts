import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type Engine, type EngineName, launchEngine, missingEngine } from '../../../scripts/browsers.ts'
import { startNextApp, type NextApp } from '../../../scripts/next-app.ts'
import { RedisServer, missingRedis } from '../../../scripts/redis-server.ts'
import { type DemoCluster, startDemoCluster } from './demo-cluster.ts'
import { demoFolder } from './demo-in-chromium.ts'
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
    const missing = missingEngine(name)
    let engine: Engine
    beforeAll(async () => {
      if (!missing) engine = await launchEngine(name)
    })
    afterAll(() => engine?.close())
    beforeEach(({ skip }) => skip(missing !== undefined, missing))

    test.for(flows)('goes through $path', async ({ path, run }) => {
      const page = await engine.newPage(`${app.url}${path}`)
      onTestFinished(() => page.close())
      await run(page)
      expect(await page.evaluate(() => location.pathname)).toBe(path)
    })
  })
})

describe('with two instances on one Redis', () => {
  const missing = missingRedis()
  let redis: RedisServer
  let cluster: DemoCluster
  let engine: Engine
  let url: string
  beforeAll(async () => {
    if (missing) return
    redis = await RedisServer.start()
    cluster = startDemoCluster(redis.url)
    ;[url, engine] = await Promise.all([cluster.printed(/behind (http:\S+)/), launchEngine('chromium')])
  })
  afterAll(async () => {
    await engine?.close()
    await cluster?.stop()
    await redis?.close()
  })
  beforeEach(({ skip }) => skip(missing !== undefined, missing))

  test.for(flows)('chromium goes through $path', async ({ path, run }) => {
    const page = await engine.newPage(`${url}${path}`)
    onTestFinished(() => page.close())
    await run(page)
    expect(await page.evaluate(() => location.pathname)).toBe(path)
  })
})
