import { Redis } from 'ioredis'
import { createSentinel } from 'redis'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { RedisServer, missingRedis } from '../../../scripts/testing/redis-server.ts'
import type { TestClient } from '../test/client-libraries.ts'
import { KEEP_ALL } from '../test/numbers.ts'
import { startSentinel } from '../test/sentinel.ts'
import { redisBackplane } from './index.ts'

const missing = missingRedis()

beforeEach(({ skip }) => skip(missing !== undefined, missing))

async function connectRedis(port: number): Promise<TestClient> {
  const client = createSentinel({ name: 'main', sentinelRootNodes: [{ host: '127.0.0.1', port }] })
  client.on('error', () => undefined)
  await client.connect()
  return { client, close: () => void client.destroy() }
}

async function connectIoRedis(port: number): Promise<TestClient> {
  const client = new Redis({ name: 'main', sentinels: [{ host: '127.0.0.1', port }], lazyConnect: true })
  await client.connect()
  return { client, close: () => client.disconnect() }
}

test('a replica that takes over goes on where its master was', { timeout: 60_000 }, async () => {
  const closing = (server: RedisServer): RedisServer => {
    onTestFinished(() => server.close())
    return server
  }
  const patient = { timeout: 20_000 }
  const master = closing(await RedisServer.start())
  const replica = closing(await RedisServer.start(['--replicaof', '127.0.0.1', String(master.port)]))
  await vi.waitFor(async () => expect(await replica.cli('INFO')).toContain('master_link_status:up'), patient)
  const sentinel = closing(await startSentinel(master))
  const replicas = () => sentinel.cli('SENTINEL', 'REPLICAS', 'main')
  await vi.waitFor(async () => expect(await replicas()).toContain(`${replica.port}`), patient)

  // One publishes by one library, and one listens by the other, each way round.
  const create = async (connect: typeof connectRedis, prefix: string) => {
    const { client, close } = await connect(sentinel.port)
    const backplane = redisBackplane({ client, prefix })
    onTestFinished(async () => {
      await backplane.close()
      close()
    })
    return backplane
  }
  const libraries = [
    [connectRedis, connectIoRedis],
    [connectIoRedis, connectRedis],
  ] as const
  const pairs = await Promise.all(
    libraries.map(async ([publishing, listening], index) => {
      const publisher = await create(publishing, `pair-${index}`)
      const reader = await create(listening, `pair-${index}`)
      const append = (data: string) =>
        publisher.append('c', { type: 'n', data }, { idempotencyKey: `+${data}`, history: KEEP_ALL })
      const heard: string[] = []
      await reader.tail('c', (announcement) => {
        heard.push(announcement.kind === 'entry' ? announcement.entry.data : `head ${announcement.head.seq}`)
      })
      const first = await append('a')
      await vi.waitFor(() => expect(heard).toEqual(['a']))
      return { append, heard, first }
    }),
  )
  await master.cli('WAIT', '1', '5000')
  await sentinel.cli('SENTINEL', 'FAILOVER', 'main')
  await vi.waitFor(async () => expect(await replica.cli('ROLE')).toMatch(/^master/), patient)
  await Promise.all(
    pairs.map(async ({ append, heard, first }) => {
      const second = await vi.waitFor(() => append('b'), patient)
      expect(second.position).toMatchObject({ epoch: first.position.epoch, seq: 2 })
      await vi.waitFor(
        () => expect(heard.some((what) => what === 'b' || what === 'head 2')).toBe(true),
        patient,
      )
      await append('c')
      await vi.waitFor(() => expect(heard.at(-1)).toBe('c'), { timeout: 5000 })
    }),
  )
})
