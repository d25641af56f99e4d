import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { clientLibraries } from '../test/client-libraries.ts'
import { KEEP_ALL, range } from '../test/numbers.ts'
import { type RedisServer, missingRedis, startCluster } from '../test/redis-server.ts'
import { channelKeys } from './channel-keys.ts'
import { type RedisBackplaneSettings, redisBackplane } from './index.ts'

const missing = missingRedis()
const CHANNELS = range(1, 30).map((n) => `c${n}`)

describe.each(clientLibraries)('with $name', ({ connectCluster }) => {
  let servers: readonly RedisServer[] = []

  function clusterOf(settings: readonly string[] = []): void {
    beforeAll(async () => {
      if (!missing) servers = await startCluster(settings)
    }, 60_000)
    afterAll(() => Promise.all(servers.map((server) => server.close())))
    beforeEach(({ skip }) => skip(missing !== undefined, missing))
  }

  async function create(settings: RedisBackplaneSettings) {
    const { client, close } = await connectCluster(servers.map(({ port }) => port))
    const backplane = redisBackplane({ client, ...settings })
    onTestFinished(async () => {
      await backplane.close()
      close()
    })
    return backplane
  }

  /** What is heard of all channels, by what was published. */
  async function tailAll(backplane: Awaited<ReturnType<typeof create>>): Promise<Set<string>> {
    const heard = new Set<string>()
    await Promise.all(
      CHANNELS.map((channel) =>
        backplane.tail(channel, (announcement) => {
          if (announcement.kind === 'entry') heard.add(`${channel} ${announcement.entry.data}`)
          else heard.add(`${channel} head ${announcement.head.seq}`)
        }),
      ),
    )
    return heard
  }

  async function appendAll(backplane: Awaited<ReturnType<typeof create>>, data: string): Promise<void> {
    await Promise.all(
      CHANNELS.map((channel) =>
        backplane.append(channel, { type: 'n', data }, { idempotencyKey: `+${data}`, history: KEEP_ALL }),
      ),
    )
  }

  const expectAll = (heard: Set<string>, what: string) =>
    vi.waitFor(() => expect(CHANNELS.filter((channel) => !heard.has(`${channel} ${what}`))).toEqual([]), {
      timeout: 15_000,
    })

  describe('on a cluster', () => {
    clusterOf(['--appendonly', 'yes', '--appendfsync', 'always'])

    test('channels lie on every server, and are announced within their shard', async () => {
      const [one, two] = [await create({ prefix: 'spread' }), await create({ prefix: 'spread' })]
      const heard = await tailAll(two)
      await appendAll(one, 'a')
      await expectAll(heard, 'a')
      for (const server of servers) {
        const shard = (await server.cli('PUBSUB', 'SHARDCHANNELS', 'spread:*')).split('\n').filter(Boolean)
        expect(shard.length).toBeGreaterThan(0)
        expect(shard.length).toBeLessThan(CHANNELS.length)
        expect(await server.cli('PUBSUB', 'CHANNELS')).toBe('')
        expect(await server.connections('pubsub')).toBe(1)
      }
    })

    test('a channel whose slot moves to another server is heard from there', async () => {
      const [one, two] = [await create({ prefix: 'moving' }), await create({ prefix: 'moving' })]
      const heard = await tailAll(two)
      await appendAll(one, 'a')
      await expectAll(heard, 'a')
      await moveSlot(servers, channelKeys('moving', 'c1'))
      await vi.waitFor(() => appendAll(one, 'b'), { timeout: 10_000 })
      await vi.waitFor(
        () => expect([...heard].some((what) => ['c1 b', 'c1 head 2'].includes(what))).toBe(true),
        {
          timeout: 10_000,
        },
      )
      await appendAll(one, 'c')
      await expectAll(heard, 'c')
    })

    test('a server that hangs holds up its own channels, and no others', async () => {
      const backplane = await create({ prefix: 'hangs', timeoutMs: 1500 })
      await appendAll(backplane, 'a')
      const [, server] = servers
      const channels: readonly string[] = (await server?.cli('KEYS', 'hangs:*:meta'))?.match(/c\d+/g) ?? []
      expect(channels.length).toBeGreaterThan(0)
      server?.pause()
      onTestFinished(() => server?.resume())
      const tailing = async (channel: string) => [
        channel,
        await backplane
          .tail(channel, () => undefined)
          .then(
            () => 'armed',
            (error: { code?: string }) => error.code,
          ),
      ]
      const first = Promise.all(CHANNELS.map(tailing))
      // And those that come while others wait and rest.
      await new Promise((resolve) => setTimeout(resolve, 700))
      const outcomes = [...(await first), ...(await Promise.all(CHANNELS.map(tailing)))]
      for (const [channel = '', outcome] of outcomes) {
        expect([channel, outcome]).toEqual([channel, channels.includes(channel) ? 'unavailable' : 'armed'])
      }
    })

    test('a server that ends and returns with its data costs nothing', async () => {
      const [one, two] = [await create({ prefix: 'ends' }), await create({ prefix: 'ends' })]
      const heard = await tailAll(two)
      await appendAll(one, 'a')
      await expectAll(heard, 'a')
      const [, server] = servers
      await server?.kill()
      await server?.start()
      await vi.waitFor(() => appendAll(one, 'b'), { timeout: 15_000 })
      await vi.waitFor(
        () =>
          expect(
            CHANNELS.filter((channel) => !heard.has(`${channel} b`) && !heard.has(`${channel} head 2`)),
          ).toEqual([]),
        { timeout: 15_000 },
      )
      await appendAll(one, 'c')
      await expectAll(heard, 'c')
    })
  })

  describe('on a cluster without sharded pub/sub, as before Redis 7', () => {
    clusterOf(['--rename-command', 'SPUBLISH', '', '--rename-command', 'SSUBSCRIBE', ''])

    test('announcements go to all servers', async () => {
      const [one, two] = [await create({}), await create({})]
      const heard = await tailAll(two)
      await appendAll(one, 'a')
      await expectAll(heard, 'a')
      const subscribers = await Promise.all(servers.map((server) => server.connections('pubsub')))
      expect(subscribers.toSorted((a, b) => a - b)).toEqual([0, 0, 1])
    })
  })
})

/** Moves the slot of a channel, with its keys, from the server that has it to the next. */
async function moveSlot(
  servers: readonly RedisServer[],
  keys: ReturnType<typeof channelKeys>,
): Promise<void> {
  const slot = await (servers[0] as RedisServer).cli('CLUSTER', 'KEYSLOT', keys.meta)
  const has = await Promise.all(
    servers.map(async (server) => (await server.cli('CLUSTER', 'COUNTKEYSINSLOT', slot)) !== '0'),
  )
  const index = has.indexOf(true)
  const from = servers[index] as RedisServer
  const to = servers[(index + 1) % servers.length] as RedisServer
  const [fromId, toId] = [await from.cli('CLUSTER', 'MYID'), await to.cli('CLUSTER', 'MYID')]
  await to.cli('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId)
  await from.cli('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId)
  await from.cli(
    'MIGRATE',
    '127.0.0.1',
    String(to.port),
    '',
    '0',
    '5000',
    'KEYS',
    keys.meta,
    keys.log,
    keys.ids,
  )
  for (const server of [to, from, ...servers]) await server.cli('CLUSTER', 'SETSLOT', slot, 'NODE', toId)
}
