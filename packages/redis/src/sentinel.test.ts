import { Redis } from 'ioredis'
import { createSentinel } from 'redis'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { TestClient } from '../test/client-libraries.ts'
import { KEEP_ALL } from '../test/numbers.ts'
import { RedisServer, missingRedis } from '../test/redis-server.ts'
import { redisBackplane } from './index.ts'

const missing = missingRedis()
const servers: RedisServer[] = []

beforeEach(({ skip }) => skip(missing !== undefined, missing))
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

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

test.each([
  ['redis', connectRedis],
  ['ioredis', connectIoRedis],
])(
  'with %s, a replica that takes over goes on where its master was',
  { timeout: 60_000 },
  async (_, connect) => {
    const master = await RedisServer.start()
    servers.push(master)
    const replica = await RedisServer.start(['--replicaof', '127.0.0.1', String(master.port)])
    servers.push(replica)
    await vi.waitFor(async () => expect(await replica.cli('INFO')).toContain('master_link_status:up'), {
      timeout: 15_000,
    })
    const sentinel = await RedisServer.startSentinel(master)
    servers.push(sentinel)
    await vi.waitFor(
      async () => expect(await sentinel.cli('SENTINEL', 'REPLICAS', 'main')).toContain(`${replica.port}`),
      {
        timeout: 15_000,
      },
    )
    const create = async () => {
      const { client, close } = await connect(sentinel.port)
      const backplane = redisBackplane({ client })
      onTestFinished(async () => {
        await backplane.close()
        close()
      })
      return backplane
    }
    const [publisher, reader] = [await create(), await create()]
    const append = (data: string) =>
      publisher.append('c', { type: 'n', data }, { idempotencyKey: `+${data}`, history: KEEP_ALL })
    const heard: string[] = []
    await reader.tail('c', (announcement) => {
      heard.push(announcement.kind === 'entry' ? announcement.entry.data : `head ${announcement.head.seq}`)
    })
    const first = await append('a')
    await vi.waitFor(() => expect(heard).toEqual(['a']))
    await master.cli('WAIT', '1', '5000')
    await sentinel.cli('SENTINEL', 'FAILOVER', 'main')
    await vi.waitFor(async () => expect(await replica.cli('ROLE')).toMatch(/^master/), { timeout: 20_000 })
    const second = await vi.waitFor(() => append('b'), { timeout: 20_000 })
    expect(second.position).toMatchObject({ epoch: first.position.epoch, seq: 2 })
    await vi.waitFor(() => expect(heard.some((what) => what === 'b' || what === 'head 2')).toBe(true), {
      timeout: 20_000,
    })
    await append('c')
    await vi.waitFor(() => expect(heard.at(-1)).toBe('c'), { timeout: 5000 })
  },
)
