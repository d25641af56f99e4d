import type { Hub } from '@millrace/server'
import { type Channel, defineStream } from '@millrace/core'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { RedisServer, missingRedis } from '../../../../scripts/testing/redis-server.ts'
import { clientLibraries } from '../../test/client-libraries.ts'
import { hubOn, listen, numbers, publishAll, range, untilHeard } from '../../test/numbers.ts'
import { startTcpProxy } from '../../test/tcp-proxy.ts'

const missing = missingRedis()
const large = defineStream<{ large: string }>('large') as Channel<{ large: string }>

describe.each(clientLibraries)('with $name', ({ connect }) => {
  let server: RedisServer
  const closers: Array<() => void> = []
  beforeEach(({ skip }) => skip(missing !== undefined, missing))
  afterEach(async () => {
    for (const close of closers.splice(0)) close()
    await server?.close()
  })

  async function start(settings: readonly string[] = []): Promise<void> {
    server = await RedisServer.start(settings)
  }

  async function createHub({
    port = server.port,
    ...settings
  }: { port?: number; positionCheckMs?: number } = {}) {
    const { client, close } = await connect(port)
    closers.push(close)
    return hubOn({ client, ...settings }, { maxEventBytes: 16 * 1024 * 1024 })
  }

  test('nothing is lost or repeated when subscriber connections are dropped again and again', async () => {
    await start()
    const [publisher, reader] = [await createHub(), await createHub()]
    const [there, here] = [listen(reader), listen(publisher)]
    await vi.waitFor(async () => expect(await server.connections('pubsub')).toBe(2))
    let isDone = false
    const dropping = (async () => {
      let drops = 0
      for (; !isDone; drops++) {
        await server.cli('CLIENT', 'KILL', 'TYPE', 'pubsub')
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      return drops
    })()
    await publishAll(publisher, 1, 2000)
    isDone = true
    expect(await dropping).toBeGreaterThan(3)
    await untilHeard(there, 2000)
    await untilHeard(here, 2000)
    expect(there).toEqual(range(1, 2000))
    expect(here).toEqual(range(1, 2000))
  })

  test('a restart with the data of Redis is no gap, for those who are connected and those who return', async () => {
    await start(['--appendonly', 'yes', '--appendfsync', 'always'])
    const hub = await createHub()
    const heard = listen(hub)
    await vi.waitFor(async () => expect(await server.connections('pubsub')).toBe(1))
    const lastEventId = await publishAll(hub, 1, 10)
    await server.kill()
    await server.start()
    await publishAll(hub, 11, 20)
    await untilHeard(heard, 20)
    expect(heard).toEqual(range(1, 20))
    const returned = listen(hub, { lastEventId })
    await untilHeard(returned, 20)
    expect(returned).toEqual(range(11, 20))
  })

  test('a restart without data is told as a gap, and nothing after it is lost', async () => {
    await start()
    const [hub, other] = [await createHub(), await createHub()]
    const [heard, there] = [listen(hub), listen(other)]
    await vi.waitFor(async () => expect(await server.connections('pubsub')).toBe(2))
    await publishAll(hub, 1, 10)
    await untilHeard(there, 10)
    await server.kill()
    await server.wipe()
    await server.start()
    await publishAll(hub, 11, 20)
    await untilHeard(heard, 20)
    await untilHeard(there, 20)
    expect(heard).toEqual([...range(1, 10), 'restarted', ...range(11, 20)])
    expect(there).toEqual([...range(1, 10), 'restarted', ...range(11, 20)])
  })

  test('a Redis that went back to an older save is told as a gap, also when its numbers were used again', async () => {
    await start()
    const [hub, other] = [await createHub(), await createHub()]
    await publishAll(hub, 1, 10)
    const putBack = await server.save()
    const heard = listen(hub)
    const lastEventId = await publishAll(hub, 11, 15)
    await untilHeard(heard, 15)
    await server.kill()
    await putBack()
    await server.start()
    await publishAll(other, 101, 110)
    // Who came back first saw a log that ended before its own position, and who came later one that went on elsewhere.
    await vi.waitFor(() => expect(['unknown', 'diverged']).toContain(heard[15]), { timeout: 10_000 })
    await publishAll(other, 111, 112)
    await untilHeard(heard, 112)
    expect(heard.slice(0, 15)).toEqual(range(1, 15))
    expect(heard.slice(16)).toEqual(range(113 - (heard.length - 16), 112))
    const returned = listen(other, { lastEventId })
    await vi.waitFor(() => expect(returned).toEqual(['diverged']))
  })

  test('an announcement that never came is found by comparing positions', async () => {
    await start()
    // Whose connections may not publish: its entries are in the log, and nobody is told.
    await server.cli('ACL', 'SETUSER', 'mute', 'on', 'nopass', '~*', '+@all', 'resetchannels')
    const reader = await createHub({ positionCheckMs: 200 })
    const states: string[] = []
    const mute = hubOn({
      url: `redis://mute:any@127.0.0.1:${server.port}`,
      onStateChange: (state) => states.push(state),
    })
    const heard = listen(reader)
    await vi.waitFor(async () => expect(await server.connections('pubsub')).toBe(1))
    await publishAll(mute, 1, 3)
    await untilHeard(heard, 3)
    expect(heard).toEqual([1, 2, 3])
    expect(states).toEqual(['up', 'degraded'])
  })

  test('a subscriber that cannot take what is announced, and is cut off for it, reads it from the log', async () => {
    await start(['--client-output-buffer-limit', 'pubsub', '64kb', '0', '0'])
    const [publisher, reader] = [await createHub(), await createHub()]
    const subscriberIds = async () =>
      (await server.cli('CLIENT', 'LIST', 'TYPE', 'pubsub')).match(/^id=\d+/gm)
    const received: Array<string | number> = []
    const subscription = reader.subscribe(large, { start: 'oldest' })
    onTestFinished(async () => void (await subscription.return()))
    void (async () => {
      for await (const item of subscription)
        received.push(item.type === 'large' ? item.data.length : item.type)
    })()
    await vi.waitFor(async () => expect(await server.connections('pubsub')).toBe(1))
    const connected = await subscriberIds()
    const lengths = [10, 3_000_000, 100, 2_000_000, 1000]
    for (const length of lengths) await publisher.publish(large, { type: 'large', data: 'x'.repeat(length) })
    await vi.waitFor(() => expect(received).toEqual(lengths), { timeout: 10_000 })
    expect(await subscriberIds()).not.toEqual(connected)
  })

  test('a subscriber connection that says nothing any more is replaced', async () => {
    await start()
    const proxy = await startTcpProxy(server.port)
    const publisher = await createHub()
    const reader = await createHub({ port: proxy.port, positionCheckMs: 200 })
    const heard = listen(reader)
    await vi.waitFor(async () => expect(await server.connections('pubsub')).toBe(1))
    await publishAll(publisher, 1, 1)
    await untilHeard(heard, 1)
    const connections = proxy.lines.length
    proxy.freeze(connections - 1)
    await publishAll(publisher, 2, 2)
    await untilHeard(heard, 2)
    await vi.waitFor(() => expect(proxy.lines).toHaveLength(connections + 1), { timeout: 10_000 })
    await publishAll(publisher, 3, 30)
    await untilHeard(heard, 30)
    expect(heard).toEqual(range(1, 30))
  })

  test('a revocation reaches the streams of every instance', async () => {
    await start()
    const [one, two] = [await createHub(), await createHub()]
    const open = (hub: Hub) =>
      hub.respond(new Request('http://localhost/'), numbers, {
        authorize: () => ({ principal: 'ann', tags: ['team'] }),
      })
    const ended = [one, two].map(async (hub) => (await open(hub)).text())
    await vi.waitFor(() => expect([one, two].map((hub) => hub.inspect().streams)).toEqual([1, 1]))
    expect(await one.revoke({ tag: 'team' })).toBe(1)
    expect(await Promise.all(ended)).toHaveLength(2)
    expect(two.inspect().streams).toBe(0)
  })
})
