import { afterAll, beforeAll, beforeEach } from 'vitest'
import { RedisServer, missingRedis } from '../../../scripts/testing/redis-server.ts'
import { type DemoCluster, startDemoCluster } from './demo-cluster.ts'

/** The demo on two instances and one Redis, for all tests of a suite. */
export interface DemoOnRedis {
  /** The origin that is before both, such as `http://127.0.0.1:40123`. */
  readonly url: string
  readonly redis: RedisServer
  readonly cluster: DemoCluster
  /** The origin of one instance. */
  readonly urlOf: (instance: string) => Promise<string>
}

/** Has two instances on one Redis started before the tests of this suite, and ended after them; without a Redis they are skipped. */
export function demoOnRedis(): DemoOnRedis {
  const missing = missingRedis()
  let started: Pick<DemoOnRedis, 'url' | 'redis' | 'cluster'> | undefined
  const running = (): NonNullable<typeof started> => {
    if (!started) throw new Error('it is started before the tests, and not before')
    return started
  }
  let stop = async (): Promise<void> => undefined
  beforeAll(async () => {
    if (missing !== undefined) return
    const redis = await RedisServer.start()
    const cluster = startDemoCluster(redis.url)
    stop = async () => {
      await cluster.stop()
      await redis.close()
    }
    started = { url: await cluster.printed(/behind (http:\S+)/), redis, cluster }
  })
  afterAll(() => stop())
  beforeEach(({ skip }) => skip(missing !== undefined, missing))
  return {
    get url() {
      return running().url
    },
    get redis() {
      return running().redis
    },
    get cluster() {
      return running().cluster
    },
    async urlOf(instance) {
      const port = await running().cluster.printed(new RegExp(`Instance ${instance} is .* on port (\\d+)`))
      return `http://127.0.0.1:${port}`
    },
  }
}
