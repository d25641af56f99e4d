import { backplaneConformance } from '@millrace/server/testing'
import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest'
import { RedisServer, missingRedis } from '../../../scripts/testing/redis-server.ts'
import { clientLibraries } from '../test/client-libraries.ts'
import { startCluster } from '../test/cluster.ts'
import { backplaneOn } from '../test/under-test.ts'

const missing = missingRedis()
let server: RedisServer
let servers: readonly RedisServer[] = []

beforeAll(async () => {
  if (missing) return
  server = await RedisServer.start()
  servers = await startCluster()
}, 60_000)
afterAll(() => Promise.all([server, ...servers].map((each) => each?.close())))
beforeEach(({ skip }) => skip(missing !== undefined, missing))

describe.each(clientLibraries)('the Redis backplane by $name', ({ connect, connectCluster }) => {
  describe('on one server', () => {
    const cases = backplaneConformance(() => backplaneOn(() => connect(server.port)))
    // oxlint-disable-next-line vitest/expect-expect -- a case throws where it does not hold
    test.each(cases)('$name', { timeout: 30_000 }, ({ run }) => run())
  })

  describe('on a cluster of three servers', () => {
    const cases = backplaneConformance(() =>
      backplaneOn(() => connectCluster(servers.map(({ port }) => port))),
    )
    // oxlint-disable-next-line vitest/expect-expect -- a case throws where it does not hold
    test.each(cases)('$name', { timeout: 30_000 }, ({ run }) => run())
  })
})
