import type { Backplane } from '@millrace/server'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type RedisServer, missingRedis } from '../../../scripts/testing/redis-server.ts'
import { clientLibraries } from '../test/client-libraries.ts'
import { KEEP_ALL, hubOn, listen, numbers, publishAll, range, untilHeard } from '../test/numbers.ts'
import { startCluster } from '../test/cluster.ts'
import { SlotMove } from '../test/slot-move.ts'
import { channelKeys } from './channel-keys.ts'
import { type RedisBackplaneSettings, redisBackplane } from './index.ts'

const missing = missingRedis()
const CHANNELS = range(1, 30).map((n) => `c${n}`)
let servers: readonly RedisServer[] = []
let oldServers: readonly RedisServer[] = []

beforeAll(async () => {
  if (missing) return
  const withoutShards = ['--rename-command', 'SPUBLISH', '', '--rename-command', 'SSUBSCRIBE', '']
  ;[servers, oldServers] = await Promise.all([
    startCluster(['--appendonly', 'yes', '--appendfsync', 'always']),
    startCluster(withoutShards),
  ])
}, 60_000)
afterAll(() => Promise.all([...servers, ...oldServers].map((server) => server.close())))
beforeEach(({ skip }) => skip(missing !== undefined, missing))

describe.each(clientLibraries)('with $name', ({ name, connectCluster }) => {
  async function create(settings: RedisBackplaneSettings, cluster = servers): Promise<Backplane> {
    const { client, close } = await connectCluster(cluster.map(({ port }) => port))
    const backplane = redisBackplane({ client, ...settings, prefix: `${settings.prefix}-${name}` })
    onTestFinished(async () => {
      await backplane.close()
      close()
    })
    return backplane
  }

  /** What is heard of all channels, by what was published. */
  async function tailAll(backplane: Backplane): Promise<Set<string>> {
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

  async function appendAll(backplane: Backplane, data: string): Promise<void> {
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

  test('channels lie on every server, and are announced within their shard', async () => {
    const [one, two] = [await create({ prefix: 'spread' }), await create({ prefix: 'spread' })]
    const heard = await tailAll(two)
    await appendAll(one, 'a')
    await expectAll(heard, 'a')
    for (const server of servers) {
      const shard = (await server.cli('PUBSUB', 'SHARDCHANNELS', `spread-${name}:*`))
        .split('\n')
        .filter(Boolean)
      expect(shard.length).toBeGreaterThan(0)
      expect(shard.length).toBeLessThan(CHANNELS.length)
      expect(await server.cli('PUBSUB', 'CHANNELS')).toBe('')
      expect(await server.connections('pubsub')).toBe(1)
    }
  })

  test('a stream goes on while the slot of its channel moves to another server', async () => {
    const prefix = `moving-${name}`
    const createHub = async () => {
      const { client, close } = await connectCluster(servers.map(({ port }) => port))
      onTestFinished(close)
      return hubOn({ client, prefix, positionCheckMs: 200 })
    }
    const [publisher, reader] = [await createHub(), await createHub()]
    const heard = listen(reader)
    await publishAll(publisher, 1, 10)
    await untilHeard(heard, 10)
    const { meta, log, ids } = channelKeys(prefix, numbers.channel)
    const move = await SlotMove.begin(servers, meta)
    await publishAll(publisher, 11, 20)
    await untilHeard(heard, 20)
    await move.moveKeys(meta, log, ids)
    // Announced where nobody listens yet, and found in the log.
    await publishAll(publisher, 21, 30)
    await untilHeard(heard, 30)
    await move.end()
    await publishAll(publisher, 31, 40)
    await untilHeard(heard, 40)
    expect(heard).toEqual(range(1, 40))
  })

  test('a server that hangs holds up its own channels, and no others', async () => {
    const backplane = await create({ prefix: 'hangs', timeoutMs: 1000 })
    await appendAll(backplane, 'a')
    const [, server] = servers
    const channels: readonly string[] =
      (await server?.cli('KEYS', `hangs-${name}:*:meta`))?.match(/c\d+/g) ?? []
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
    await new Promise((resolve) => setTimeout(resolve, 450))
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

  test('on a cluster without sharded pub/sub, as before Redis 7, announcements go to all servers', async () => {
    const prefix = 'old'
    const [one, two] = [await create({ prefix }, oldServers), await create({ prefix }, oldServers)]
    const heard = await tailAll(two)
    await appendAll(one, 'a')
    await expectAll(heard, 'a')
    const subscribers = await Promise.all(oldServers.map((server) => server.connections('pubsub')))
    expect(subscribers.toSorted((a, b) => a - b)).toEqual([0, 0, 1])
  })
})

test('a client of one server says what it takes to use a cluster', async () => {
  const backplane = redisBackplane({ url: servers[0]?.url ?? '' })
  onTestFinished(() => backplane.close())
  const reads = CHANNELS.map((channel) =>
    backplane.read(channel, { from: 'head', maxEntries: 1, maxBytes: 1, history: KEEP_ALL }),
  )
  const [first] = (await Promise.allSettled(reads)).filter(({ status }) => status === 'rejected')
  expect(first).toMatchObject({
    reason: { code: 'unavailable', message: expect.stringContaining('Cluster') },
  })
})
