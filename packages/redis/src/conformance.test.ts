import { backplaneConformance } from '@millrace/server/testing'
import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest'
import { clientLibraries } from '../test/client-libraries.ts'
import { RedisServer, missingRedis, startCluster } from '../test/redis-server.ts'
import { backplaneOn } from '../test/under-test.ts'

const missing = missingRedis()

describe.each(clientLibraries)('the Redis backplane by $name', ({ connect, connectCluster }) => {
  describe('on one server', () => {
    let server: RedisServer
    beforeAll(async () => {
      if (!missing) server = await RedisServer.start()
    })
    afterAll(() => server?.close())
    beforeEach(({ skip }) => skip(missing !== undefined, missing))

    const cases = backplaneConformance(() => backplaneOn(() => connect(server.port)))
    // oxlint-disable-next-line vitest/expect-expect -- a case throws where it does not hold
    test.each(cases)('$name', { timeout: 30_000 }, ({ run }) => run())
  })

  describe('on a cluster of three servers', () => {
    let servers: readonly RedisServer[] = []
    beforeAll(async () => {
      if (!missing) servers = await startCluster()
    }, 60_000)
    afterAll(() => Promise.all(servers.map((server) => server.close())))
    beforeEach(({ skip }) => skip(missing !== undefined, missing))

    const cases = backplaneConformance(() =>
      backplaneOn(() => connectCluster(servers.map(({ port }) => port))),
    )
    // oxlint-disable-next-line vitest/expect-expect -- a case throws where it does not hold
    test.each(cases)('$name', { timeout: 30_000 }, ({ run }) => run())
  })
})
