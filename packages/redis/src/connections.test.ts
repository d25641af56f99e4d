import { createParser, defineStream } from '@millrace/core'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { RedisServer, missingRedis } from '../../../scripts/testing/redis-server.ts'
import { type ClientLibrary, clientLibraries } from '../test/client-libraries.ts'
import { hubOn } from '../test/numbers.ts'

const missing = missingRedis()
const rooms = defineStream<{ said: { text: string } }, { id: number }>('rooms')
const CLIENTS = 1000
const ROOMS = 50

beforeEach(({ skip }) => skip(missing !== undefined, missing))

test('a thousand clients of fifty channels share two connections', { timeout: 60_000 }, async () => {
  // Side by side, since a channel that nobody listens to any more is kept for a while.
  await Promise.all(clientLibraries.map(expectTwoConnections))
})

async function expectTwoConnections({ connect }: ClientLibrary): Promise<void> {
  const server = await RedisServer.start()
  onTestFinished(() => server.close())
  const { client, close } = await connect(server.port)
  onTestFinished(close)
  const hub = hubOn({ client })
  const leave = new AbortController()
  let heard = 0
  for (let n = 0; n < CLIENTS; n++) {
    const request = new Request('http://localhost/', { signal: leave.signal })
    const { body } = await hub.respond(request, rooms({ id: n % ROOMS }), { start: 'oldest' })
    void read(body as ReadableStream<Uint8Array>, () => heard++)
  }
  await vi.waitFor(() => expect(hub.inspect().streams).toBe(CLIENTS))
  for (let id = 0; id < ROOMS; id++)
    await hub.publish(rooms({ id }), { type: 'said', data: { text: 'hello' } })
  await vi.waitFor(() => expect(heard).toBe(CLIENTS), { timeout: 20_000 })
  expect(await server.connections()).toBe(2)
  expect(await server.connections('pubsub')).toBe(1)

  // With its last client a channel's subscription goes; the hub's own channel stays.
  leave.abort()
  const channels = () => server.cli('PUBSUB', 'CHANNELS')
  await vi.waitFor(async () => expect(await channels()).toBe('millrace:{millrace.control}:live'), {
    timeout: 20_000,
  })
  expect(await server.connections()).toBe(2)
}

async function read(body: ReadableStream<Uint8Array>, onSaid: () => void): Promise<void> {
  const parser = createParser({ onEvent: ({ type }) => type === 'said' && onSaid() })
  try {
    for await (const chunk of body) parser.feed(chunk)
  } catch {
    // The client left.
  }
}
